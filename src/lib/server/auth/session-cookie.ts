import type { Cookies } from '@sveltejs/kit';
import { stringifySetCookie } from 'cookie';
import { config } from '../config';
import { cookieAttributes, cookieName } from '../http/cookies';
import { COMFORTABLE_SESSION_BYTES, cookieBytes } from './cookie-budget';
import { sealOf } from '../seal';
import { type Session, SessionSchema } from './session';
import { MAX_SESSION_BYTES, sessionCodec } from './session-format';

const sealed = sealOf('session', SessionSchema, () => sessionCodec(config().sessionFormat));

/**
 * While AUTH_SECRET changes from instance to instance, each has another first secret: a session that another instance has just
 * sealed must stay as it is, or they would write it anew with each request.
 */
const MIN_RESEAL_SECONDS = 60 * 60;

/** The session in a request's cookies. */
interface ReadSession {
	readonly session: Session;
	/** Whether to seal it again: at once in the configured format, and with the first secret at most once an hour. */
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
	const { value, stale } = opened;
	const isDue = nowSeconds - (value.sealedAt ?? 0) >= MIN_RESEAL_SECONDS;
	return { session: value, stale: stale === 'format' || (stale === 'secret' && isDue) };
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
	const kept = session ? await fitted(name, { ...session, sealedAt: nowSeconds }) : [];
	// How long the session lasts is sealed in it. Without `Max-Age` the cookie goes when the browser is closed.
	const lifetime = session && config().sessionCookiePersistent ? { maxAge: session.endsAt - nowSeconds } : {};
	const received = cookies.getAll().map((cookie) => cookie.name);
	return [
		...leftoverChunks(name, received, kept).map((leftover) =>
			stringifySetCookie(leftover, '', { ...cookieAttributes(), maxAge: 0 })
		),
		...kept.map((chunk) => stringifySetCookie(chunk.name, chunk.value, { ...cookieAttributes(), ...lifetime }))
	];
}

/** The ID token is dropped when space is short: nothing but a sign-out hint needs it later, and that only where it is set. */
async function fitted(name: string, session: Session): Promise<readonly CookieText[]> {
	const { sessionFormat, sts } = config();
	const maxBytes = MAX_SESSION_BYTES[sessionFormat];
	const whole = await chunksOf(name, session, sts.signOutIdTokenHint ? maxBytes : COMFORTABLE_SESSION_BYTES);
	const chunks = whole ?? (await chunksOf(name, { ...session, idToken: undefined }, maxBytes));
	if (!chunks) throw new SessionTooLarge('the token set is too large for a cookie');
	return chunks;
}

/** The cookies of a session; null when they take more than so many bytes. */
async function chunksOf(name: string, session: Session, maxBytes: number): Promise<readonly CookieText[] | null> {
	const chunks = splitChunks(name, await sealed.seal(session));
	const bytes = chunks?.reduce((sum, chunk) => sum + cookieBytes(chunk.name, chunk.value), 0);
	return chunks && bytes !== undefined && bytes <= maxBytes ? chunks : null;
}

/**
 * A value too large for one cookie, spread over `name.0`, `name.1`, …: browsers keep 4096 bytes per cookie, name and
 * attributes included (RFC 6265bis 5.6).
 */
const CHUNK_BYTES = 3800;
const MAX_CHUNKS = 4;
/** A response that deletes more would have too large a head; whatever is left is deleted by the next. */
const MAX_LEFTOVERS = 8;

interface CookieText {
	readonly name: string;
	readonly value: string;
}

/**
 * Joins the chunks of a cookie: the exact name, or an unbroken run from `.0`; look-alikes are ignored.
 * @param get a cookie of the request, by name
 */
export function joinChunks(name: string, get: (name: string) => string | undefined): string | null {
	const whole = get(name);
	if (whole) return whole;
	const parts: string[] = [];
	for (let index = 0; index < MAX_CHUNKS; index++) {
		const part = get(`${name}.${index}`);
		if (!part) break;
		parts.push(part);
	}
	return parts.length > 0 ? parts.join('') : null;
}

/** The cookies to set for a value; null when it takes more than four. */
export function splitChunks(name: string, value: string): readonly CookieText[] | null {
	if (value.length <= CHUNK_BYTES) return [{ name, value }];
	const count = Math.ceil(value.length / CHUNK_BYTES);
	if (count > MAX_CHUNKS) return null;
	return Array.from({ length: count }, (_, index) => ({
		name: `${name}.${index}`,
		value: value.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
	}));
}

/** The names among a request's cookies that the new set does not overwrite, and that have to be deleted. */
export function leftoverChunks(name: string, received: readonly string[], kept: readonly CookieText[]): string[] {
	const keptNames = new Set(kept.map((cookie) => cookie.name));
	const isChunk = (text: string) =>
		text === name || (text.startsWith(`${name}.`) && /^\d+$/.test(text.slice(name.length + 1)));
	return received.filter((known) => isChunk(known) && !keptNames.has(known)).slice(0, MAX_LEFTOVERS);
}
