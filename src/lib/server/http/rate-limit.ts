import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
	type IRateLimiterOptions,
	type RateLimiterAbstract,
	RateLimiterMemory,
	RateLimiterRedis,
	RateLimiterRes
} from 'rate-limiter-flexible';
import { config } from '../config';
import { countRefusal, type Refusal } from '../metrics';
import { sharedScripts } from '../store';
import type { RunScript } from '../store/redis';
import { Problem } from './problem';

const WINDOW_SECONDS = 60;

type Limited = 'perBrowser' | 'perCaller' | 'perAddress' | 'signInsPerBrowser' | 'signInsPerAddress';
const limiters = new Map<Limited, RateLimiterAbstract>();

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
export async function spendOne(browserId: string, address: string): Promise<void> {
	await spend('perBrowser', browserId);
	await spend('perAddress', networkOf(address));
}

/**
 * Counts one start of a sign-in, which costs a call of the STS: the browser's own limit first, then its network's.
 * @param browserId of the login transaction or the session
 * @throws {Problem} `rate_limited` with `Retry-After` in seconds
 */
export async function spendSignIn(browserId: string, address: string): Promise<void> {
	await spend('signInsPerBrowser', browserId);
	await spend('signInsPerAddress', networkOf(address));
}

/**
 * What a limit per address counts by: an IPv4 address as it is, an IPv6 address by its /64, of which one host has all
 * 2^64 addresses at its disposal (RFC 4291, 2.5.4; RFC 7934). IPv4-mapped IPv6 addresses count as IPv4 (RFC 4291, 2.5.5.2).
 * @param address IPv4 or IPv6 in any spelling, with or without a zone; anything else is returned unchanged
 * @returns such as `192.0.2.1` or `2001:db8:0:1::/64`
 */
export function networkOf(address: string): string {
	const [unzoned = ''] = address.split('%');
	if (!isIPv6(unzoned)) return address;
	const groups = groupsOf(unzoned);
	const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
	if (isMapped)
		return groups
			.slice(6)
			.map((group) => `${group >> 8}.${group & 0xff}`)
			.join('.');
	return `${groups
		.slice(0, 4)
		.map((group) => group.toString(16))
		.join(':')}::/64`;
}

/** The eight 16-bit groups of an IPv6 address. The URL parser turns every spelling into the same one. */
function groupsOf(address: string): number[] {
	const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
	const parse = (text = '') =>
		text
			.split(':')
			.filter(Boolean)
			.map((group) => parseInt(group, 16));
	const [before, after] = [parse(head), parse(tail)];
	return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
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
		await limiterOf(limited).consume(hashOf(key));
	} catch (refused) {
		if (!(refused instanceof RateLimiterRes)) throw refused;
		countRefusal(refusals[limited]);
		const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
		throw new Problem('rate_limited', { headers: { 'retry-after': String(seconds) } });
	}
}

/** Addresses are personal data, and a store is read by others: nobody without our secret can tell whose count it is. */
function hashOf(key: string): string {
	const [newest = ''] = config().secrets;
	return createHmac('sha256', newest).update(`rate limit ${key}`).digest('base64url').slice(0, 22);
}

function limiterOf(limited: Limited): RateLimiterAbstract {
	const known = limiters.get(limited);
	if (known) return known;
	const points = config().rateLimits[limited];
	const limits = { keyPrefix: `portal:limit:${limited}`, points, duration: WINDOW_SECONDS };
	const own = new RateLimiterMemory(limits);
	const run = sharedScripts();
	const made = run ? sharedLimiter(limits, run, own) : own;
	limiters.set(limited, made);
	return made;
}

/** Counts in Redis for all instances; while that is unavailable, each instance counts for itself. */
function sharedLimiter(
	limits: IRateLimiterOptions,
	run: RunScript,
	insuranceLimiter: RateLimiterMemory
): RateLimiterRedis {
	return new RateLimiterRedis({ ...limits, storeClient: { eval: run }, useRedisPackage: true, insuranceLimiter });
}
