import { isRedirect, type RequestEvent } from '@sveltejs/kit';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { SessionEnded } from '$lib/server/auth/refresh';
import { refresh } from '$lib/server/handles/refresh';
import { memberSession } from '$lib/server/handles/authorize';
import { Problem } from '$lib/server/http/problem';
import { log } from '$lib/server/log';
import { requestEvent } from '../../../harness/request-event';
import { root } from '../../../tasks/runtime.mjs';
import { someSession } from '../auth/session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
const keep = vi.hoisted(() => ({ isDue: vi.fn(), refreshIfDue: vi.fn() }));
vi.mock('$lib/server/auth/refresh', async (original) => ({
	...(await original<object>()),
	tokenRefresher: () => keep
}));

beforeEach(() => {
	keep.isDue.mockReset().mockReturnValue(true);
	keep.refreshIfDue.mockReset().mockImplementation(async (session: object) => ({ ...session, accessToken: 'renewed' }));
});

/** The response of a request, and what its route saw of the session. */
async function handled(routeId: string | null, session = someSession() as ReturnType<typeof someSession> | null) {
	const event = requestEvent({ routeId, session, path: routeId?.includes('/api/') ? '/api/x' : '/x' });
	let seen: App.Locals | undefined;
	const resolve = async ({ locals }: RequestEvent) => {
		seen = { ...locals };
		return new Response('resolved');
	};
	return { response: await refresh({ event, resolve }), seen };
}

const isRefreshed = async (routeId: string | null) => (await handled(routeId)).seen?.session?.accessToken === 'renewed';

/** Every route on disk, as Kit names it. */
const routeIds = readdirSync(join(root, 'src/routes'), { recursive: true, encoding: 'utf8' })
	.filter((file) => ['+page.svelte', '+server.ts'].includes(basename(file)))
	.map((file) => `/${dirname(file)}`);

describe('the tokens of a session', () => {
	test('are refreshed when due, for every route that uses them and for no other', async () => {
		const refreshed = await Promise.all(routeIds.map(async (id) => ((await isRefreshed(id)) ? [id] : [])));
		const expected = routeIds.filter(
			(id) => id.startsWith('/(member)/') || /^\/\(public\)\/(?:api\/wallet|login)\/./.test(id)
		);
		expect(refreshed.flat()).toEqual(expected);
		expect(expected).toEqual(
			expect.arrayContaining([
				'/(member)/account',
				'/(member)/api/backends/[name]/[...path]',
				'/(public)/api/wallet/sessions',
				'/(public)/login/identity',
				'/(public)/login/start',
				'/(public)/login/wallet'
			])
		);
	});

	test('are not refreshed if they are not due, nobody is signed in, or no route matches', async () => {
		expect(await isRefreshed(null)).toBe(false);
		expect((await handled('/(member)/account', null)).seen?.session).toBeNull();
		keep.isDue.mockReturnValue(false);
		expect(await isRefreshed('/(member)/account')).toBe(false);
		expect(keep.refreshIfDue).not.toHaveBeenCalled();
	});
});

test('a session that the STS has ended is removed for the route, and the end is logged', async () => {
	const info = vi.spyOn(log, 'info').mockImplementation(() => {});
	keep.refreshIfDue.mockRejectedValue(new SessionEnded('invalid_grant'));
	const { seen } = await handled('/(member)/account');
	expect(seen).toMatchObject({ session: null, sessionEnd: 'tokens' });
	expect(info).toHaveBeenCalledExactlyOnceWith('a session has ended', { requestId: 'r1', code: 'invalid_grant' });
	info.mockRestore();
});

describe('while the STS is unreachable and the tokens have expired', () => {
	const away = new Problem('upstream_unavailable', { headers: { 'retry-after': '7' } });

	test('an API request receives a problem, and its route does not run', async () => {
		keep.refreshIfDue.mockRejectedValue(away);
		const { response, seen } = await handled('/(member)/api/me');
		expect([response.status, response.headers.get('retry-after'), seen]).toEqual([503, '7', undefined]);
		expect(await response.json()).toMatchObject({ error: 'upstream_unavailable', requestId: 'r1' });
	});

	test('a page responds with 503 and Retry-After, and nobody is signed out', async () => {
		keep.refreshIfDue.mockRejectedValue(away);
		const { response, seen } = await handled('/(member)/account');
		expect(response.headers.get('retry-after')).toBe('7');
		expect(seen).toMatchObject({ stsUnavailable: true, session: someSession() });
		expect(() => memberSession({ ...seen } as App.Locals)).toThrow(expect.objectContaining({ status: 503 }));
	});
});

test('an unexpected error is not treated as an ended session or an unavailable STS', async () => {
	keep.refreshIfDue.mockRejectedValue(new TypeError('a bug'));
	const failed = await handled('/(member)/account').catch((error: unknown) => error);
	expect(isRedirect(failed)).toBe(false);
	expect(failed).toBeInstanceOf(TypeError);
});
