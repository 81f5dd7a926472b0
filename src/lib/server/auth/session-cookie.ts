import {
	type CookieText,
	joinChunks,
	leftoverChunks,
	MAX_SESSION_BYTES,
	sessionCodec,
	splitChunks
} from './session-format';
import type { Cookies } from '@sveltejs/kit';
import { stringifySetCookie } from 'cookie';
import { config } from '../config';
import { cookieAttributes, cookieName } from '../http/cookies';
import { COMFORTABLE_SESSION_BYTES, cookieBytes } from './cookie-budget';
import { sealOf } from '../http/sealed-cookie';
import { type Session, SessionSchema } from './session';

const sealed = sealOf('session', SessionSchema, () => sessionCodec(config().sessionFormat));

/**
 * While a new AUTH_SECRET is rolled out, instances have different first secrets. A session that another instance has just
 * sealed must not be sealed again, or instances would rewrite the cookie with every request.
 */
const MIN_RESEAL_SECONDS = 60 * 60;

/** The session in a request's cookies. */
interface ReadSession {
	readonly session: Session;
	/** Whether to seal it again: at once for the configured format, and at most once an hour for the first secret. */
	readonly stale: boolean;
}

/** The tokens of a session do not fit into the cookies that browsers and proxies accept. */
export class SessionTooLarge extends Error {
	override readonly name = 'SessionTooLarge';
}

/** The session of a request, if it has not expired. */
export async function readSession(cookies: Cookies, nowSeconds: number): Promise<ReadSession | null> {
	const text = joinChunks(cookieName('session'), (name) => cookies.get(name));
	const opened = await sealed.openFor(cookies, text ?? undefined);
	if (!opened || opened.value.endsAt <= nowSeconds) return null;
	const { value, stale } = opened;
	const isDue = nowSeconds - (value.sealedAt ?? 0) >= MIN_RESEAL_SECONDS;
	return { session: value, stale: stale === 'format' || (stale === 'secret' && isDue) };
}

/**
 * The `Set-Cookie` values that store this session in the browser (null: delete it) and delete leftover chunks of an earlier
 * one.
 * @throws {SessionTooLarge} if the session does not fit even without its ID token
 */
export async function writeSession(
	session: Session | null,
	cookies: Pick<Cookies, 'getAll'>,
	nowSeconds: number
): Promise<string[]> {
	const name = cookieName('session');
	const kept = session ? await fitted(name, { ...session, sealedAt: nowSeconds }) : [];
	// The expiry of the session is sealed in it. Without `Max-Age`, the cookie is deleted when the browser is closed.
	const lifetime = session && config().sessionCookiePersistent ? { maxAge: session.endsAt - nowSeconds } : {};
	const received = cookies.getAll().map((cookie) => cookie.name);
	return [
		...leftoverChunks(name, received, kept).map((leftover) =>
			stringifySetCookie(leftover, '', { ...cookieAttributes(), maxAge: 0 })
		),
		...kept.map((chunk) => stringifySetCookie(chunk.name, chunk.value, { ...cookieAttributes(), ...lifetime }))
	];
}

/** Drops the ID token if space is short: only the sign-out hint needs it later, and only where that is configured. */
async function fitted(name: string, session: Session): Promise<readonly CookieText[]> {
	const { sessionFormat, sts } = config();
	const maxBytes = MAX_SESSION_BYTES[sessionFormat];
	const whole = await chunksOf(name, session, sts.signOutIdTokenHint ? maxBytes : COMFORTABLE_SESSION_BYTES);
	const chunks = whole ?? (await chunksOf(name, { ...session, idToken: undefined }, maxBytes));
	if (!chunks) throw new SessionTooLarge('the token set is too large for a cookie');
	return chunks;
}

/** The cookies of a session; null if they need more than `maxBytes`. */
async function chunksOf(name: string, session: Session, maxBytes: number): Promise<readonly CookieText[] | null> {
	const chunks = splitChunks(name, await sealed.seal(session));
	const bytes = chunks?.reduce((sum, chunk) => sum + cookieBytes(chunk.name, chunk.value), 0);
	return chunks && bytes !== undefined && bytes <= maxBytes ? chunks : null;
}
