import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readSessionEnd, sessionEnd, signOutsElsewhere, announceSignOut } from '../../../src/lib/ui/session-end';

const open = () => new AbortController().signal;

describe('how long a session still lasts', () => {
	const respondWith = (response: () => Promise<Response>) => vi.stubGlobal('fetch', vi.fn(response));
	afterEach(() => vi.unstubAllGlobals());

	test.each<[string, unknown, unknown]>([
		['the number of milliseconds', { user: {}, expiresInMs: 1234 }, sessionEnd(1234, null)],
		[
			'the time to its absolute end',
			{ expiresInMs: 1234, idleExpiresInMs: 2000 },
			{ remainingMs: 1234, isIdle: false }
		],
		['the time to the idle timeout', { expiresInMs: 1234, idleExpiresInMs: 1000 }, { remainingMs: 1000, isIdle: true }],
		['zero without a session', null, { remainingMs: 0, isIdle: false }],
		['unknown for a body that is not a session', { hello: 'captive portal' }, null],
		['unknown for a text', 'x', null]
	])('is %s', async (_what, body, expected) => {
		respondWith(async () => Response.json(body));
		expect(await readSessionEnd(open())).toEqual(expected);
		expect(fetch).toHaveBeenCalledExactlyOnceWith('/api/auth/session', {
			redirect: 'error',
			signal: expect.any(AbortSignal)
		});
	});

	test.each<[string, () => Promise<Response>]>([
		['responds with 503', async () => Response.json(null, { status: 503 })],
		['does not respond', () => Promise.reject(new TypeError('fetch failed'))],
		['responds with a page', async () => new Response('<html>')]
	])('is unknown while the portal %s, and the person stays signed in', async (_what, response) => {
		respondWith(response);
		expect(await readSessionEnd(open())).toBeNull();
	});

	test('is unknown after five seconds without a response', async () => {
		vi.useFakeTimers();
		vi.stubGlobal(
			'fetch',
			(_url: string, { signal }: RequestInit) =>
				new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
		);
		const reading = readSessionEnd(open());
		await vi.advanceTimersByTimeAsync(5000);
		expect(await reading).toBeNull();
		vi.useRealTimers();
	});
});

describe('the tabs of one browser', () => {
	/** Another tab's end of the channel. */
	let other: BroadcastChannel;
	beforeEach(() => {
		other = new BroadcastChannel('portal-session');
	});
	afterEach(() => {
		other.close();
		vi.useRealTimers();
	});

	test('notify each other of a sign-out in progress', async () => {
		const own = new Promise((resolve) => (other.onmessage = resolve));
		announceSignOut();
		await expect(own).resolves.toBeDefined();
	});

	test('check four times within twelve seconds whether the sign-out is complete', async () => {
		const leaving = new AbortController();
		const next = signOutsElsewhere(leaving.signal);
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		const timers = () => vi.getTimerCount();
		other.postMessage('signing out');
		while (timers() === 0) await new Promise((resolve) => void setImmediate(resolve));
		expect(timers()).toBe(4);
		for (const ms of [1500, 1500, 3000, 6000]) {
			let hasLooked = false;
			const look = next().then(() => (hasLooked = true));
			await vi.advanceTimersByTimeAsync(ms - 1);
			expect(hasLooked).toBe(false);
			await vi.advanceTimersByTimeAsync(1);
			await look;
		}
		expect(timers()).toBe(0);
	});

	test('do not check because of their own sign-out', () => {
		const leaving = new AbortController();
		signOutsElsewhere(leaving.signal);
		vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
		announceSignOut();
		expect(vi.getTimerCount()).toBe(0);
		leaving.abort();
	});
});
