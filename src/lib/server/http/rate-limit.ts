import { networkOf } from './client-network';
import { createHmac } from 'node:crypto';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { config } from '../config';
import { countRefusal, type Refusal } from '../metrics';
import { sharedScripts } from '../store';
import { Problem } from './problem';
import { createBoundedCache } from '../cache';

const WINDOW_SECONDS = 60;

type Limited = 'perBrowser' | 'perCaller' | 'perAddress' | 'signInsPerBrowser' | 'signInsPerAddress';
const limiters = new Map<Limited, Limiter>();

const refusals: Readonly<Record<Limited, Refusal>> = {
	perBrowser: 'rate_limit_browser',
	perCaller: 'rate_limit_caller',
	perAddress: 'rate_limit_address',
	signInsPerBrowser: 'rate_limit_browser',
	signInsPerAddress: 'rate_limit_address'
};

/**
 * Counts one costly request. The browser's own limit comes first, so that one script on a campus does not use up what
 * thousands behind the same address share.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function consumeQuota(browserId: string, address: string): Promise<void> {
	await spend('perBrowser', browserId);
	await spend('perAddress', networkOf(address));
}

/**
 * Counts one start of a sign-in, which costs a call of the STS: the browser's own limit first, then its network's.
 * @param browserId of the login transaction or the session
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function consumeSignInQuota(browserId: string, address: string): Promise<void> {
	await spend('signInsPerBrowser', browserId);
	await spend('signInsPerAddress', networkOf(address));
}

/**
 * Counts one costly request of a third party. Its address does not count: an institution's servers and its campus may
 * share one.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export function consumeCallerQuota(clientId: string): Promise<void> {
	return spend('perCaller', clientId);
}

async function spend(limited: Limited, key: string): Promise<void> {
	const waitMs = await limiterOf(limited)(hashOf(key));
	if (waitMs === 0) return;
	countRefusal(refusals[limited]);
	throw new Problem('rate_limited', { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
}

/** Addresses are personal data, and a store is read by others: nobody without our secret can tell whose count it is. */
function hashOf(key: string): string {
	const [first = ''] = config().secrets;
	return createHmac('sha256', first).update(`rate limit ${key}`).digest('base64url').slice(0, 22);
}

function limiterOf(limited: Limited): Limiter {
	const known = limiters.get(limited);
	if (known) return known;
	const points = config().rateLimits[limited];
	const own = createMemoryLimiter({ points, windowMs: WINDOW_SECONDS * 1000 });
	const run = sharedScripts();
	const storeClient = { eval: run };
	const limits = { keyPrefix: `portal:limit:${limited}`, points, duration: WINDOW_SECONDS };
	const made = run ? sharedLimiter(new RateLimiterRedis({ ...limits, storeClient, useRedisPackage: true }), own) : own;
	limiters.set(limited, made);
	return made;
}

/** Counts in Redis for all instances; while that is unavailable, each instance counts for itself. */
function sharedLimiter(redis: RateLimiterRedis, own: Limiter): Limiter {
	return async (key) => {
		try {
			await redis.consume(key);
			return 0;
		} catch (refused) {
			return refused instanceof RateLimiterRes ? Math.max(1, refused.msBeforeNext) : own(key);
		}
	};
}

/**
 * Counts one request of a key.
 * @returns 0 when it is within the limit, else the milliseconds until the key's next window
 */
type Limiter = (key: string) => number | Promise<number>;

interface MemoryLimiterOptions {
	/** How many requests of one key are within the limit in one window. */
	readonly points: number;
	readonly windowMs: number;
	/** For all counts together; the least recently counted keys go first. */
	readonly maxBytes?: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

interface Count {
	readonly endsAtMs: number;
	requests: number;
}

/** About 50,000 keys. */
export const MAX_COUNT_BYTES = 16 * 1024 ** 2;
const COUNT_BYTES = 32;

/** Counts in this process. Callers can choose new keys at will, so that the counts are bounded in bytes. */
export function createMemoryLimiter({
	points,
	windowMs,
	maxBytes = MAX_COUNT_BYTES,
	now = () => performance.now()
}: MemoryLimiterOptions): (key: string) => number {
	const counts = createBoundedCache<Count>({ maxBytes, bytesOf: () => COUNT_BYTES });
	return (key) => {
		const nowMs = now();
		let count = counts.get(key);
		if (!count || count.endsAtMs <= nowMs) {
			count = { endsAtMs: nowMs + windowMs, requests: 0 };
			counts.set(key, count);
		}
		count.requests += 1;
		return count.requests > points ? count.endsAtMs - nowMs : 0;
	};
}
