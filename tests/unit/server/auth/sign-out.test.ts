import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tokenRefresher } from '$lib/server/auth/refresh';
import { replaceSession, revokeSession } from '$lib/server/auth/revoked-sessions';
import type { Session } from '$lib/server/auth/session';
import { endSessionUrl, signOut } from '$lib/server/auth/sign-out';
import { revokeTokens } from '$lib/server/auth/session-tokens';
import { stsMetadata } from '$lib/server/sts/metadata';
import { exchangedToken } from '$lib/server/sts/token-exchange';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$lib/server/sts/metadata', async (original) => ({
	...(await original<object>()),
	stsMetadata: vi.fn()
}));

const sent = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
vi.mock('$lib/server/upstream/connections', async () => {
	const { sendBy } = await import('../fetch-client');
	return { createConnections: () => sendBy((url, init) => sent(url, init)) };
});

const metadata = {
	issuer: 'http://localhost:8092',
	end_session_endpoint: 'http://localhost:8092/session/end?ui=1',
	revocation_endpoint: 'http://localhost:8092/revoke'
};
beforeEach(() => {
	vi.mocked(stsMetadata).mockResolvedValue(metadata);
	sent.mockReset().mockImplementation(() => Promise.resolve(new Response(null, { status: 200 })));
});
afterEach(() => configure());
afterAll(() => vi.restoreAllMocks());

const leave = async (changes = {}) => {
	const url = await endSessionUrl(someSession(changes), 'the-state', 'r1');
	return url === null ? null : Object.fromEntries(new URL(url).searchParams);
};

describe('the end-session URL of the STS', () => {
	test('contains the client, the hint and the return URL', async () => {
		expect(await leave({ sid: 'sts-session-1' })).toEqual({
			ui: '1',
			client_id: 'portal-client',
			post_logout_redirect_uri: 'http://localhost:3000/',
			state: 'the-state',
			logout_hint: 'sts-session-1'
		});
	});

	test('contains an ID token only if that is configured', async () => {
		expect(await leave()).not.toHaveProperty('id_token_hint');
		configure({ SIGN_OUT_ID_TOKEN_HINT: 'true' });
		expect(await leave()).toMatchObject({ id_token_hint: 'the-id-token' });
	});

	test('is null if the STS has no end-session endpoint', async () => {
		vi.mocked(stsMetadata).mockResolvedValue({ issuer: metadata.issuer });
		expect(await leave()).toBeNull();
	});

	test('is null while the STS is unreachable, and sign-out works without it', async () => {
		vi.mocked(stsMetadata).mockRejectedValue(new TypeError('fetch failed'));
		expect(await leave()).toBeNull();
	});
});

describe('the tokens of a person who signs out', () => {
	const revoked = () =>
		sent.mock.calls.map(([url, init]) => [url, Object.fromEntries(new URLSearchParams(init.body as string))]);

	test('are revoked with the refresh token', async () => {
		await revokeTokens(someSession(), 'r1');
		expect(revoked()).toEqual([
			[
				'http://localhost:8092/revoke',
				{
					token: 'the-refresh-token',
					token_type_hint: 'refresh_token',
					client_id: 'portal-client',
					client_secret: 'portal-client-secret'
				}
			]
		]);
	});

	test('are revoked with the access token if there is no refresh token', async () => {
		await revokeTokens(someSession({ refreshToken: undefined }), 'r1');
		expect(revoked()).toMatchObject([
			[expect.anything(), { token: 'the-access-token', token_type_hint: 'access_token' }]
		]);
	});

	test.each<[string, () => Promise<Response>]>([
		['is unreachable', () => Promise.reject(new TypeError('fetch failed'))],
		['responds with 500', () => Promise.resolve(new Response('oops', { status: 500 }))]
	])('do not prevent the sign-out if the STS %s', async (_, response) => {
		sent.mockImplementation(response);
		await expect(revokeTokens(someSession(), 'r1')).resolves.toBeUndefined();
		expect(sent).toHaveBeenCalledOnce();
	});

	test('are dropped with the tokens that were exchanged for them, and not those of another session', async () => {
		vi.mocked(stsMetadata).mockResolvedValue({ ...metadata, token_endpoint: 'http://localhost:8092/token' });
		let granted = 0;
		sent.mockImplementation((url) => {
			const token = () => Response.json({ access_token: `for grades ${++granted}`, token_type: 'bearer' });
			return Promise.resolve(url.endsWith('/token') ? token() : new Response(null));
		});
		const exchanged = (accessToken: string) => exchangedToken(accessToken, { audience: 'grades' });
		const both = async () => [await exchanged('the-access-token'), await exchanged('another')];
		expect([await both(), await both()]).toEqual([
			['for grades 1', 'for grades 2'],
			['for grades 1', 'for grades 2']
		]);
		await revokeTokens(someSession(), 'r1');
		expect(await both()).toEqual(['for grades 3', 'for grades 2']);
	});

	test('are left to expire if the STS has no revocation endpoint', async () => {
		vi.mocked(stsMetadata).mockResolvedValue({ issuer: metadata.issuer });
		await revokeTokens(someSession(), 'r1');
		expect(sent).not.toHaveBeenCalled();
	});

	test('are left to expire after three seconds without a response from the STS', async () => {
		const limit = new AbortController();
		const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
		sent.mockImplementation(
			(_url, { signal }) => new Promise((_, reject) => signal?.addEventListener('abort', reject))
		);
		const revoking = revokeTokens(someSession(), 'r1');
		await vi.waitFor(() => expect(sent).toHaveBeenCalled());
		expect(timeout).toHaveBeenCalledWith(3000);
		limit.abort();
		await expect(revoking).resolves.toBeUndefined();
		timeout.mockRestore();
	});
});

describe('the tokens of a refresh that is in progress while its session ends', () => {
	/** The refresh tokens that the STS is asked to revoke, after `end` has ended the session during a refresh. */
	async function revokedAfter(end: (session: Session) => Promise<void>): Promise<string[]> {
		vi.mocked(stsMetadata).mockResolvedValue({ ...metadata, token_endpoint: 'http://localhost:8092/token' });
		let answer = () => {};
		const answered = new Promise<void>((resolve) => (answer = resolve));
		sent.mockImplementation(async (url) => {
			if (!url.endsWith('/token')) return new Response(null);
			await answered;
			return Response.json({ access_token: 'late', refresh_token: 'late-refresh', token_type: 'bearer' });
		});
		const session = someSession({ id: crypto.randomUUID(), refreshToken: crypto.randomUUID(), refreshAt: 1 });
		const refreshed = tokenRefresher().refreshIfDue(session);
		await vi.waitFor(() => expect(sent).toHaveBeenCalled());
		await end(session);
		answer();
		await refreshed;
		await new Promise(setImmediate);
		const bodies = sent.mock.calls.map(([, init]) => new URLSearchParams(init.body as string));
		return bodies.flatMap((body) => body.get('token')?.replace(session.refreshToken ?? '', 'old') ?? []);
	}

	test('are revoked after a sign-out, like the earlier ones', async () => {
		const leaving = (session: Session) => signOut(requestEvent({ session }));
		expect(await revokedAfter(leaving)).toEqual(['old', 'late-refresh']);
	});

	test('are revoked after the session was ended elsewhere', async () => {
		expect(await revokedAfter(revokeSession)).toEqual(['late-refresh']);
	});

	test('are not revoked after a new sign-in, which an STS may see as the same grant', async () => {
		expect(await revokedAfter(replaceSession)).toEqual([]);
	});

	test('are not revoked while the session lasts', async () => {
		expect(await revokedAfter(async () => {})).toEqual([]);
	});
});

test('a sign-out waits at most three seconds for the metadata of the STS', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	vi.mocked(stsMetadata).mockReturnValue(new Promise(() => {}));
	const done = Promise.all([revokeTokens(someSession(), 'r1'), endSessionUrl(someSession(), 'the-state', 'r1')]);
	await vi.advanceTimersByTimeAsync(3000);
	vi.useRealTimers();
	expect(await done).toEqual([undefined, null]);
});
