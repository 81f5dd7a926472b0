import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSeal } from '$lib/server/seal';
import * as sessionCookie from '$lib/server/auth/session-cookie';
import { afterSetCookies, fakeCookies } from '../../../harness/cookies';
import type { Session } from '$lib/server/auth/session';
import { SessionTooLarge } from '$lib/server/auth/session-tokens';
import { keycloakTokens } from '../../../harness/keycloak-tokens';
import { config, configure, environment } from '../configured';
import { SIGNED_IN_AT, someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));
afterEach(() => configure());

const readSession = (header: string | null, nowSeconds: number) =>
	sessionCookie.readSession(fakeCookies(header ?? ''), nowSeconds);
const writeSession = (session: Session | null, header: string | null, nowSeconds: number) =>
	sessionCookie.writeSession(session, fakeCookies(header ?? ''), nowSeconds);

const https = { AUTH_URL: 'https://portal.example.org', STS_ISSUER_URL: 'https://sts.example.org' };
const random = (length: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(length))).toString('hex');

function namesOf(setCookies: readonly string[]): string[] {
	return setCookies.map((setCookie) => setCookie.slice(0, setCookie.indexOf('=')));
}

async function roundTrip(session: Parameters<typeof writeSession>[0], before = '') {
	return readSession(afterSetCookies(before, await writeSession(session, before, SIGNED_IN_AT)), SIGNED_IN_AT);
}

describe('the session cookie', () => {
	test('over http is HttpOnly and Lax, for all paths of this host only', async () => {
		expect(await writeSession(someSession(), null, SIGNED_IN_AT)).toEqual([
			expect.stringMatching(/^portal\.session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/)
		]);
	});

	test('over https is also Secure and __Host-', async () => {
		configure(https);
		expect(await writeSession(someSession(), null, SIGNED_IN_AT)).toEqual([
			expect.stringMatching(/^__Host-portal\.session=[\w-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
		]);
	});

	test.each(['1', '2'])('expires when the browser is closed, in format %s, after every write', async (format) => {
		configure({ SESSION_FORMAT: format });
		const written = await writeSession(someSession(), null, SIGNED_IN_AT);
		const header = afterSetCookies('', written);
		const again = await writeSession(someSession({ generation: 1 }), header, SIGNED_IN_AT + 600);
		expect([...written, ...again].filter((setCookie) => /max-age|expires/i.test(setCookie))).toEqual([]);
	});

	test.each(['1', '2'])('with SESSION_COOKIE_PERSISTENT lasts as long as the session, in format %s', async (format) => {
		configure({ SESSION_FORMAT: format, SESSION_COOKIE_PERSISTENT: 'true' });
		const [first] = await writeSession(someSession(), null, SIGNED_IN_AT);
		const [refreshed] = await writeSession(someSession(), null, SIGNED_IN_AT + 600);
		expect([first, refreshed]).toEqual([
			expect.stringContaining('; Max-Age=86400;'),
			expect.stringContaining('; Max-Age=85800;')
		]);
	});

	test('is ignored after the end of the session, which is sealed in it', async () => {
		const session = someSession();
		const header = afterSetCookies('', await writeSession(session, null, SIGNED_IN_AT));
		expect(readSession(header, session.endsAt - 1)?.session).toEqual(session);
		expect(readSession(header, session.endsAt)).toBeNull();
	});

	test('restores the session that was written', async () => {
		expect(await roundTrip(someSession())).toEqual({ session: someSession(), stale: false });
	});

	test('restores a session that takes two cookies', async () => {
		const accessToken = Buffer.from(crypto.getRandomValues(new Uint8Array(2600))).toString('base64url');
		const session = someSession({ accessToken, idToken: undefined });
		expect(namesOf(await writeSession(session, null, SIGNED_IN_AT))).toEqual(['portal.session.0', 'portal.session.1']);
		expect((await roundTrip(session))?.session).toEqual(session);
	});

	test('is not read under another name', async () => {
		const header = afterSetCookies('', await writeSession(someSession(), null, SIGNED_IN_AT));
		configure(https);
		expect(readSession(header, SIGNED_IN_AT)).toBeNull();
		configure();
		expect(readSession(header.replace('portal.session', 'portal.login'), SIGNED_IN_AT)).toBeNull();
	});

	test('removes the parts of an earlier, larger session', async () => {
		const before = 'portal.session.0=a; portal.session.1=b; portal.session.2=c; other=d; portal.session.x=e';
		const written = await writeSession(someSession(), before, SIGNED_IN_AT);
		expect(written.filter((setCookie) => setCookie.includes('Max-Age=0'))).toEqual([
			'portal.session.0=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
			'portal.session.1=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
			'portal.session.2=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'
		]);
		expect(namesOf(written)).toContain('portal.session');
		expect((await roundTrip(someSession(), before))?.session).toEqual(someSession());
	});

	test('is removed, including its parts, when nobody is signed in', async () => {
		expect(await writeSession(null, 'portal.session.0=a; portal.session.1=b', SIGNED_IN_AT)).toEqual([
			'portal.session.0=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
			'portal.session.1=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'
		]);
		expect(await writeSession(null, null, SIGNED_IN_AT)).toEqual([]);
	});
});

describe('the end of a session', () => {
	test('is exactly 24 hours after sign-in', async () => {
		const header = afterSetCookies('', await writeSession(someSession(), null, SIGNED_IN_AT));
		expect(readSession(header, SIGNED_IN_AT + 86_399)).not.toBeNull();
		expect(readSession(header, SIGNED_IN_AT + 86_400)).toBeNull();
	});

	test('is not postponed by writing the session again', async () => {
		configure({ SESSION_COOKIE_PERSISTENT: 'true' });
		const [written] = await writeSession(someSession(), null, SIGNED_IN_AT + 80_000);
		expect(written).toContain('; Max-Age=6400;');
	});
});

describe('a large session', () => {
	const keycloak = keycloakTokens();
	const bytesOf = (setCookies: readonly string[]) => afterSetCookies('', setCookies).length;

	test('with Keycloak’s default tokens takes less than 2,500 bytes', async () => {
		const eduid = crypto.randomUUID();
		const session = someSession({
			...keycloak,
			eduid,
			sid: eduid,
			email: 'sanne.devries@uni-noord.example',
			renewal: eduid
		});
		expect(bytesOf(await writeSession(session, null, SIGNED_IN_AT))).toBeLessThan(2500);
		const { accessToken, refreshToken } = keycloak;
		expect((await roundTrip(session))?.session).toMatchObject({ accessToken, refreshToken });
	});

	test('keeps its ID token if the sign-out hint requires it', async () => {
		configure({ SIGN_OUT_ID_TOKEN_HINT: 'true' });
		const session = someSession(keycloak);
		expect((await roundTrip(session))?.session).toEqual(session);
	});

	test('drops its ID token if it does not fit otherwise', async () => {
		configure({ SIGN_OUT_ID_TOKEN_HINT: 'true' });
		const session = someSession({ accessToken: random(1900), idToken: random(1900) });
		expect((await roundTrip(session))?.session).toEqual({ ...session, idToken: undefined });
	});

	test('has no room for a large ID token, and the outcome of the sign-in does without it too', async () => {
		const session = someSession({ idToken: random(4000), tokensKey: 'a-key' });
		const stored = await sessionCookie.storeTokens(session, 'r1');
		expect(stored).toEqual({ session: { ...session, idToken: undefined } });
		const small = someSession();
		expect(await sessionCookie.storeTokens(small, 'r1')).toEqual({ session: small });
	});

	test('is refused if it does not fit without its ID token', async () => {
		await expect(writeSession(someSession({ accessToken: random(4000) }), null, SIGNED_IN_AT)).rejects.toThrow(
			SessionTooLarge
		);
	});

	test.each([
		['1', 4950],
		['2', 4400]
	])('in format %s takes at most %d bytes at every size, or is refused', async (format, maxBytes) => {
		configure({ SESSION_FORMAT: format });
		vi.resetModules();
		const { writeSession: write } = await import('$lib/server/auth/session-cookie');
		for (let size = 100; size < 4000; size += 300) {
			const session = someSession({ accessToken: random(size), idToken: random(size) });
			const written = await write(session, fakeCookies(), SIGNED_IN_AT).catch(() => []);
			expect(bytesOf(written)).toBeLessThanOrEqual(maxBytes);
		}
	});
});

describe('reading the session cookie', () => {
	const purpose = 'session';

	test.each<[string, unknown]>([
		['an object that is not a session', { hello: 'there' }],
		['a session without a token', { ...someSession(), accessToken: undefined }],
		['a session of an unknown provider', { ...someSession(), provider: 'github' }],
		['null', null]
	])('returns nothing if the seal contains %s', async (_, value) => {
		const sealed = createSeal(config().secrets, purpose).seal(value);
		expect(readSession(`portal.session=${sealed}`, SIGNED_IN_AT)).toBeNull();
	});

	test('returns nothing for a foreign, malformed or missing cookie', async () => {
		const sealed = createSeal(['x'.repeat(32)], purpose).seal(someSession());
		expect(readSession(`portal.session=${sealed}`, SIGNED_IN_AT)).toBeNull();
		expect(readSession('portal.session=garbage', SIGNED_IN_AT)).toBeNull();
		expect(readSession(null, SIGNED_IN_AT)).toBeNull();
	});

	test('reports a session that was sealed with an older secret as stale after an hour', async () => {
		const older = 'an-older-secret-of-this-portal-0123456789';
		configure({ AUTH_SECRET: `${environment.AUTH_SECRET} ${older}` });
		vi.resetModules();
		const { readSession: readAnew } = await import('$lib/server/auth/session-cookie');
		const sealed = createSeal([older], purpose).seal(someSession());
		const staleAfter = async (seconds: number) =>
			readAnew(fakeCookies(`portal.session=${sealed}`), SIGNED_IN_AT + seconds)?.stale;
		expect([await staleAfter(0), await staleAfter(3599), await staleAfter(3600)]).toEqual([false, false, 'secret']);
	});

	test('reports a session in another format than the configured one as stale at once', async () => {
		const written = await writeSession(someSession(), null, SIGNED_IN_AT);
		configure({ SESSION_FORMAT: '1' });
		vi.resetModules();
		const { readSession: readAnew } = await import('$lib/server/auth/session-cookie');
		expect(readAnew(fakeCookies(afterSetCookies('', written)), SIGNED_IN_AT)).toMatchObject({ stale: 'format' });
	});
});
