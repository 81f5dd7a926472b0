import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { config } from '../config';
import { Problem } from './problem';

const WINDOW_SECONDS = 60;

let limiters: { readonly perBrowser: RateLimiterMemory; readonly perAddress: RateLimiterMemory } | undefined;

/**
 * Counts one costly request. The browser's own limit comes first, so that one script on a campus does not use up what
 * thousands behind the same address share.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function spendOne(browserId: string, address: string): Promise<void> {
	limiters ??= {
		perBrowser: limiter('browser', config().rateLimits.perBrowser),
		perAddress: limiter('address', config().rateLimits.perAddress)
	};
	try {
		await limiters.perBrowser.consume(browserId);
		await limiters.perAddress.consume(address);
	} catch (refused) {
		if (!(refused instanceof RateLimiterRes)) throw refused;
		const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
		throw new Problem('rate_limited', { headers: { 'retry-after': String(seconds) } });
	}
}

function limiter(keyPrefix: string, points: number): RateLimiterMemory {
	return new RateLimiterMemory({ keyPrefix, points, duration: WINDOW_SECONDS });
}
