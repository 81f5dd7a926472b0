import { parseCookie, stringifySetCookie } from 'cookie';
import {
	joinChunks,
	leftoverChunks,
	MOST_SESSION_BYTES,
	splitChunks,
	type CookieText,
	type CookieTexts
} from './chunks';
import { cookieAttributes, cookieName } from './cookie';
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

export async function readSession(cookieHeader: string | null, nowSeconds: number): Promise<ReadSession | null> {
	const text = joinChunks(cookieName('session'), received(cookieHeader));
	const opened = text === null ? null : await sealed.open(text);
	if (!opened || opened.value.endsAt <= nowSeconds) return null;
	return { session: opened.value, stale: opened.stale };
}

/**
 * The `Set-Cookie` values that make a browser hold this session (null: none), leftovers of an earlier one removed.
 * @throws {SessionTooLarge} when the session does not fit even without its ID token.
 */
export async function writeSession(
	session: Session | null,
	cookieHeader: string | null,
	nowSeconds: number
): Promise<string[]> {
	const name = cookieName('session');
	const kept = session ? await fitted(name, session) : [];
	const maxAge = session ? session.endsAt - nowSeconds : 0;
	return [
		...leftoverChunks(name, received(cookieHeader), kept).map((leftover) =>
			stringifySetCookie(leftover, '', { ...cookieAttributes(), maxAge: 0 })
		),
		...kept.map((chunk) => stringifySetCookie(chunk.name, chunk.value, { ...cookieAttributes(), maxAge }))
	];
}

/** The ID token goes first when space is short: nothing but a sign-out hint needs it later. */
async function fitted(name: string, session: Session): Promise<readonly CookieText[]> {
	for (const candidate of [session, { ...session, idToken: undefined }]) {
		const text = await sealed.seal(candidate);
		const chunks = text.length <= MOST_SESSION_BYTES ? splitChunks(name, text) : null;
		if (chunks) return chunks;
	}
	throw new SessionTooLarge('the token set is too large for a cookie');
}

function received(cookieHeader: string | null): CookieTexts {
	return parseCookie(cookieHeader ?? '');
}
