import * as v from 'valibot';
import {
	joinChunks,
	leftoverChunks,
	sessionCodec,
	splitChunks,
	openTokens,
	sealTokens,
	tokensNameOf
} from '../../../src/lib/server/auth/session-format.ts';
import { flowStartMs, newFlowId } from '../../../src/lib/server/auth/cookie-budget.ts';
import { createSeal } from '../../../src/lib/server/seal.ts';
import { type Session, SessionSchema } from '../../../src/lib/server/auth/session.ts';
import { Browser } from '../../harness/browser.ts';
import type { Landscape } from '../../harness/landscape.ts';
import { readEntry, writeEntry } from './store-entries.ts';

const sessionCookieName = ({ AUTH_URL = '' }: Landscape['env']) =>
	AUTH_URL.startsWith('https:') ? '__Host-portal.session' : 'portal.session';

type Place = Pick<Landscape, 'env'>;

const sealOf = (env: Landscape['env']) => createSeal([env.AUTH_SECRET ?? ''], 'session', sessionCodec(2));

type HeldSession = Session & { readonly accessToken: string };

/** The session in a browser's cookies, opened with the portal's own secret. Its tokens may be in the shared store. */
export async function heldSession(browser: Browser, { env }: Place): Promise<HeldSession> {
	const name = sessionCookieName(env);
	const sealed = joinChunks(name, (chunk) => browser.cookies().get(chunk)) ?? '';
	const opened = sealOf(env).open(sealed);
	const session = v.parse(SessionSchema, opened?.value);
	const { tokensKey, id } = session;
	if (tokensKey === undefined) return session as HeldSession;
	const text = await readEntry(env, tokensNameOf(tokensKey));
	if (text === null) throw new Error('the store does not have the tokens of the session');
	return { ...session, ...((await openTokens(tokensKey, id, text)) as HeldSession) };
}

/** Whether a browser has any session cookie. */
export function holdsSession(browser: Browser): boolean {
	return [...browser.cookies().keys()].some((name) => /^(?:__Host-)?portal\.session/.test(name));
}

/** Changes the session in a browser's cookies, or its tokens in the store: time passes for this session only, and tests need not wait. */
export async function changeSession(browser: Browser, place: Place, changes: Partial<Session>): Promise<void> {
	const name = sessionCookieName(place.env);
	const session = { ...(await heldSession(browser, place)), ...changes };
	if (session.tokensKey !== undefined) {
		const text = sealTokens(session.tokensKey, session.id, session);
		return writeEntry(place.env, tokensNameOf(session.tokensKey), text);
	}
	const chunks = splitChunks(name, sealOf(place.env).seal(session)) ?? [];
	for (const leftover of leftoverChunks(name, [...browser.cookies().keys()], chunks)) browser.putCookie(leftover, '');
	for (const chunk of chunks) browser.putCookie(chunk.name, chunk.value);
}

const secondsFromNow = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** Makes the access token due for a refresh, but still valid. */
export const tokensDue = (browser: Browser, place: Place) =>
	changeSession(browser, place, { refreshAt: secondsFromNow(-1), expiresAt: secondsFromNow(60) });

/** Makes the access token expired. */
export const tokensOver = (browser: Browser, place: Place) =>
	changeSession(browser, place, { refreshAt: secondsFromNow(-9), expiresAt: secondsFromNow(-1) });

/** Another browser with the same session cookie, at this or another instance of the portal. */
export function copyOf(browser: Browser, portalUrl: string): Browser {
	const copy = new Browser(portalUrl);
	for (const [name, value] of browser.cookies()) copy.putCookie(name, value);
	return copy;
}

/**
 * Makes a sign-in that waits for its callback older by a number of minutes. After an hour the flow's cookie is deleted, as
 * a browser would do.
 * @param callback the URL to which the STS redirected the browser
 * @returns the same URL with the `state` parameter of the older flow
 */
export async function ageFlow(browser: Browser, { env }: Place, callback: URL, minutes: number): Promise<URL> {
	const seal = (purpose: string) => createSeal([env.AUTH_SECRET ?? ''], purpose);
	const [id = '', stateKey = '', sealedTarget = ''] = (callback.searchParams.get('state') ?? '').split('.');
	const olderId = newFlowId(flowStartMs(id) - minutes * 60_000).slice(0, 9) + id.slice(9);

	const sealedFlow = browser.cookies().get(`portal.flow.${id}`) ?? '';
	const [, ...flow] = v.parse(v.array(v.unknown()), seal('sign-in flow').open(sealedFlow)?.value);
	const [, ...target] = v.parse(v.array(v.unknown()), seal('sign-in target').open(sealedTarget)?.value);
	browser.putCookie(`portal.flow.${id}`, '');
	if (minutes < 60) browser.putCookie(`portal.flow.${olderId}`, seal('sign-in flow').seal([olderId, ...flow]));
	const aged = new URL(callback);
	aged.searchParams.set('state', [olderId, stateKey, seal('sign-in target').seal([olderId, ...target])].join('.'));
	return aged;
}
