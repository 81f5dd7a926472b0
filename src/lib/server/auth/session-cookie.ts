import type { Cookies } from '@sveltejs/kit';
import { stringifySetCookie } from 'cookie';
import { joinChunks, leftoverChunks, splitChunks, type CookieText } from './chunks';
import { cookieAttributes, cookieName } from './cookie';
import { MAX_SESSION_BYTES } from './cookie-budget';
import { sealOf } from './seals';
import { type Session, SessionSchema } from './session';

const sealed = sealOf('session', SessionSchema);

/** The session in a request's cookies, and whether it has to be sealed anew (an older secret sealed it). */
export interface ReadSession {
	readonly session: Session;
	readonly stale: boolean;
}

/** The tokens of one session don't fit the cookies a browser and its proxies carry. */
export class SessionTooLarge extends Error {
	override readonly name = 'SessionTooLarge';
}

/** The session that a request came with, if it has not ended. */
export async function readSession(cookies: Cookies, nowSeconds: number): Promise<ReadSession | null> {
	const text = joinChunks(cookieName('session'), (name) => cookies.get(name));
	const opened = await sealed.openFor(cookies, text ?? undefined);
	if (!opened || opened.value.endsAt <= nowSeconds) return null;
	return { session: opened.value, stale: opened.stale };
}

/**
 * The `Set-Cookie` values that make a browser hold this session (null: none), leftovers of an earlier one removed.
 * @throws {SessionTooLarge} when the session does not fit even without its ID token.
 */
export async function writeSession(
	session: Session | null,
	cookies: Pick<Cookies, 'getAll'>,
	nowSeconds: number
): Promise<string[]> {
	const name = cookieName('session');
	const kept = session ? await fitted(name, session) : [];
	const maxAge = session ? session.endsAt - nowSeconds : 0;
	const received = cookies.getAll().map((cookie) => cookie.name);
	return [
		...leftoverChunks(name, received, kept).map((leftover) =>
			stringifySetCookie(leftover, '', { ...cookieAttributes(), maxAge: 0 })
		),
		...kept.map((chunk) => stringifySetCookie(chunk.name, chunk.value, { ...cookieAttributes(), maxAge }))
	];
}

/** The ID token goes first when space is short: nothing but a sign-out hint needs it later. */
async function fitted(name: string, session: Session): Promise<readonly CookieText[]> {
	for (const candidate of [session, { ...session, idToken: undefined }]) {
		const text = await sealed.seal(candidate);
		const chunks = text.length <= MAX_SESSION_BYTES ? splitChunks(name, text) : null;
		if (chunks) return chunks;
	}
	throw new SessionTooLarge('the token set is too large for a cookie');
}
