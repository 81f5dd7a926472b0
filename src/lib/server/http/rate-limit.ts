import { networkOf } from './request';
import type { IRateLimiterRedisOptions, RateLimiterRedis } from 'rate-limiter-flexible';
import { config } from '../config';
import { countRefusal, type Refusal } from '../metrics';
import { sharedScripts } from '../store';
import { builtin } from '../runtime';
import { Problem } from './problem';
import { createBoundedCache } from '../cache';

const WINDOW_SECONDS = 60;

type Limited =
	| 'perBrowser'
	| 'perCaller'
	| 'perAdmin'
	| 'perWalletSession'
	| 'perAddress'
	| 'signInsPerBrowser'
	| 'signInsPerAddress';
const limiters = new Map<Limited, Limiter>();

const refusals: Readonly<Record<Limited, Refusal>> = {
	perBrowser: 'rate_limit_browser',
	perCaller: 'rate_limit_caller',
	perAdmin: 'rate_limit_caller',
	perWalletSession: 'rate_limit_browser',
	perAddress: 'rate_limit_address',
	signInsPerBrowser: 'rate_limit_browser',
	signInsPerAddress: 'rate_limit_address'
};

/**
 * Counts one costly request. The browser's own limit is checked first, so that one script on a campus does not use up the
 * quota that thousands of people share behind the same address.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function consumeQuota(browserId: string, address: string): Promise<void> {
	await spend('perBrowser', browserId);
	await spend('perAddress', networkOf(address));
}

/**
 * Counts one start of a sign-in, which requires a request to the STS. The browser's own limit is checked first, then that
 * of its network.
 * @param browserId the id of the login transaction or the session
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function consumeSignInQuota(browserId: string, address: string): Promise<void> {
	await spend('signInsPerBrowser', browserId);
	await spend('signInsPerAddress', networkOf(address));
}

/**
 * Counts one costly request of an API client. Its address is not counted: an institution's servers and its campus may share
 * one address.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export function consumeApiClientQuota(clientId: string): Promise<void> {
	return spend('perCaller', clientId);
}

/**
 * Counts one call of an administrative route by an API client.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export function consumeAdminQuota(clientId: string): Promise<void> {
	return spend('perAdmin', clientId);
}

/**
 * Counts one request that calls the Auth Bridge to complete a wallet session, to change it or to cancel it. Addresses are not
 * counted: the creation of the session was.
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export function consumeWalletSessionQuota(walletSessionId: string): Promise<void> {
	return spend('perWalletSession', walletSessionId);
}

async function spend(limited: Limited, key: string): Promise<void> {
	const waitMs = await limiterOf(limited)(hashOf(key));
	if (waitMs === 0) return;
	countRefusal(refusals[limited]);
	throw new Problem('rate_limited', { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } });
}

/**
 * Addresses are personal data, and others may read the store. Without the portal's secret, they cannot tell whose counter a
 * key is.
 */
function hashOf(key: string): string {
	const [first = ''] = config().secrets;
	return builtin.crypto().createHmac('sha256', first).update(`rate limit ${key}`).digest('base64url').slice(0, 22);
}

function limiterOf(limited: Limited): Limiter {
	const known = limiters.get(limited);
	if (known) return known;
	const points = config().rateLimits[limited];
	const own = createMemoryLimiter({ points, windowMs: WINDOW_SECONDS * 1000 });
	const run = sharedScripts();
	const limits = { keyPrefix: `portal:limit:${limited}`, points, duration: WINDOW_SECONDS };
	const made = run ? sharedLimiter({ ...limits, storeClient: { eval: run }, useRedisPackage: true }, own) : own;
	limiters.set(limited, made);
	return made;
}

/**
 * Counts in Redis for all instances. While Redis is unavailable, each instance counts on its own. The package is imported when it is first
 * used: the start needs neither it nor the modules of Node that it imports.
 */
function sharedLimiter(options: IRateLimiterRedisOptions, own: Limiter): Limiter {
	let redis: RateLimiterRedis | undefined;
	return async (key) => {
		const { RateLimiterRedis, RateLimiterRes } = await import('rate-limiter-flexible');
		redis ??= new RateLimiterRedis(options);
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
 * @returns 0 if it is within the limit, otherwise the milliseconds until the key's next window
 */
type Limiter = (key: string) => number | Promise<number>;

interface MemoryLimiterOptions {
	/** How many requests per key one window allows. */
	readonly points: number;
	readonly windowMs: number;
	/** For all counters together; the least recently used keys are evicted first. */
	readonly maxBytes?: number;
	/** A monotonic clock in milliseconds. */
	readonly now?: () => number;
}

interface Count {
	readonly endsAtMs: number;
	requests: number;
}

/** About 6,000 keys. */
export const MAX_COUNT_BYTES = 2 * 1024 ** 2;
const COUNT_BYTES = 32;

/** Counts in this process. Clients can choose new keys at will, so the memory for counters is bounded. */
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
