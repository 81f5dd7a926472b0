import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { config } from '../config';
import { countRefusal, type Refusal } from '../metrics';
import { Problem } from './problem';

const WINDOW_SECONDS = 60;

type Limited = 'perBrowser' | 'perCaller' | 'perAddress';
const limiters = new Map<Limited, RateLimiterMemory>();

const refusals: Readonly<Record<Limited, Refusal>> = {
	perBrowser: 'rate_limit_browser',
	perCaller: 'rate_limit_caller',
	perAddress: 'rate_limit_address'
};

/**
 * Counts one costly request. The browser's own limit comes first, so that one script on a campus does not use up what
 * thousands behind the same address share.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function spendOne(browserId: string, address: string): Promise<void> {
	await spend('perBrowser', browserId);
	await spend('perAddress', address);
}

/**
 * Counts one costly request of a third party. Its address does not count: an institution's servers and its campus may
 * share one.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export function spendOneOfCaller(clientId: string): Promise<void> {
	return spend('perCaller', clientId);
}

async function spend(limited: Limited, key: string): Promise<void> {
	try {
		await limiterOf(limited).consume(key);
	} catch (refused) {
		if (!(refused instanceof RateLimiterRes)) throw refused;
		countRefusal(refusals[limited]);
		const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
		throw new Problem('rate_limited', { headers: { 'retry-after': String(seconds) } });
	}
}

function limiterOf(limited: Limited): RateLimiterMemory {
	const known = limiters.get(limited);
	if (known) return known;
	const points = config().rateLimits[limited];
	const made = new RateLimiterMemory({ keyPrefix: limited, points, duration: WINDOW_SECONDS });
	limiters.set(limited, made);
	return made;
}
