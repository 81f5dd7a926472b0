import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { replaceSession, revokeSession } from '$lib/server/auth/revoked-sessions';
import { writeSession } from '$lib/server/auth/session-cookie';
import { session } from '$lib/server/handles/session';
import { afterSetCookies, fakeCookies } from '../../../harness/cookies';
import { type EventOptions, requestEvent } from '../../../harness/request-event';
import { SIGNED_IN_AT, someSession } from '../auth/session-fixture';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));

beforeEach(() => vi.useFakeTimers({ now: SIGNED_IN_AT * 1000, toFake: ['Date', 'performance'] }));
afterEach(() => vi.useRealTimers());

type Event = ReturnType<typeof requestEvent>;
const deleted = ['portal.session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax'];

async function signedInAs(id: string, changes = {}) {
	const one = someSession({ id, ...changes });
	return { session: one, cookie: afterSetCookies('', await writeSession(one, fakeCookies(), SIGNED_IN_AT)) };
}

/** The response to a request, with what the route does in the meantime. */
async function handled(options: EventOptions, route: (event: Event) => unknown = () => undefined) {
	const event = requestEvent(options);
	let seen: unknown;
	const response = await session({
		event,
		resolve: async ({ locals }) => {
			seen = locals.session;
			await route(event);
			return new Response('page');
		}
	});
	const setCookies = response.headers.getSetCookie().filter((text) => text.startsWith('portal.session'));
	return { seen, setCookies, isMarked: event.cookies.get('portal.signedout') !== undefined };
}

describe('a session that has been signed out', () => {
	test('is not opened, and its cookie is deleted', async () => {
		const { session: ended, cookie } = await signedInAs('ended-before');
		await revokeSession(ended);
		expect(await handled({ cookie })).toEqual({ seen: null, setCookies: deleted, isMarked: true });
	});

	test('is not restored by a response in progress that has refreshed its tokens', async () => {
		const { session: ended, cookie } = await signedInAs('ended-meanwhile');
		const { setCookies } = await handled({ cookie }, async (event) => {
			event.locals.session = { ...ended, accessToken: 'renewed', generation: 1 };
			await revokeSession(ended);
		});
		expect(setCookies).toEqual([]);
	});

	test('and that the STS has also ended keeps the cookie, which may already belong to the next sign-in', async () => {
		const { session: ended, cookie } = await signedInAs('ended-twice');
		const { setCookies } = await handled({ cookie }, async (event) => {
			event.locals.session = null;
			event.locals.sessionEnd = 'tokens';
			await revokeSession(ended);
		});
		expect(setCookies).toEqual([]);
	});

	test('is known to a sign-out without its tokens, and is no session', async () => {
		const { session: ended, cookie } = await signedInAs('ended-for-sign-out', { sid: 'sts-session-1' });
		await revokeSession(ended);
		const { seen } = await handled({ cookie }, ({ locals }) => {
			expect(locals.endedSession).toMatchObject({ id: ended.id, sid: 'sts-session-1' });
			expect(JSON.stringify(locals)).not.toMatch(/the-(?:access|refresh|id)-token/);
		});
		expect(seen).toBeNull();
		expect.assertions(3);
	});

	test('by the current request has its cookie deleted', async () => {
		const { session: ended, cookie } = await signedInAs('ends-itself');
		const { setCookies } = await handled({ cookie }, async (event) => {
			event.locals.session = null;
			await revokeSession(ended);
		});
		expect(setCookies).toHaveLength(1);
	});
});

describe('a request with the cookie of a session that a later sign-in in the same browser has replaced', () => {
	async function replaced(id: string) {
		const { session: before, cookie } = await signedInAs(id);
		await replaceSession(before);
		return cookie;
	}

	test('is not signed in, and its response leaves the cookie and sets no mark of a sign-out', async () => {
		const cookie = await replaced('before-step-up');
		expect(await handled({ cookie })).toEqual({ seen: null, setCookies: [], isMarked: false });
	});

	test('still signs out: the cookie of the new session is deleted', async () => {
		const options = { cookie: await replaced('before-sign-out'), routeId: '/(public)/api/auth/signout' };
		expect((await handled(options)).setCookies).toEqual(deleted);
	});

	test('still signs in: the cookie of the newest session is written', async () => {
		const { setCookies } = await handled({ cookie: await replaced('before-both') }, ({ locals }) => {
			locals.session = someSession({ id: 'newest' });
		});
		expect(setCookies).toEqual([expect.stringMatching(/^portal\.session=[\w-]+;/)]);
	});
});

describe('a response that takes so long that the person may have signed in again', () => {
	const slowly = () => vi.advanceTimersByTime(2001);

	test('leaves the cookie if the session was revoked elsewhere', async () => {
		const { session: ended, cookie } = await signedInAs('ended-elsewhere');
		await revokeSession(ended);
		expect((await handled({ cookie }, slowly)).setCookies).toEqual([]);
		expect((await handled({ cookie })).setCookies).toEqual(deleted);
	});

	test('leaves the cookie if the session was idle for too long', async () => {
		configure({ SESSION_IDLE_TIMEOUT: '300' });
		const { cookie } = await signedInAs('idle', { activeAt: SIGNED_IN_AT - 300 });
		expect((await handled({ cookie }, slowly)).setCookies).toEqual([]);
		expect((await handled({ cookie })).setCookies).toEqual(deleted);
		configure();
	});

	test('leaves the cookie if the STS has ended the session', async () => {
		const { cookie } = await signedInAs('ended-at-sts');
		const { setCookies } = await handled({ cookie }, ({ locals }) => {
			slowly();
			locals.session = null;
			locals.sessionEnd = 'tokens';
		});
		expect(setCookies).toEqual([]);
	});

	test('deletes the cookie if it is the response to the sign-out', async () => {
		const { session: ended, cookie } = await signedInAs('ends-itself-slowly');
		const { setCookies } = await handled({ cookie }, async ({ locals }) => {
			slowly();
			locals.session = null;
			await revokeSession(ended);
		});
		expect(setCookies).toEqual(deleted);
	});
});
