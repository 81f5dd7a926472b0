import { type ActionFailure, type Cookies, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { fitsQrCode, qrSvg } from '$lib/ui/qr-svg';
import { audit } from '../audit';
import { unixMs } from '../clock';
import { config } from '../config';
import { MAX_WALLET_SESSIONS } from '../auth/cookie-budget';
import { Problem, type ProblemCode, toProblem } from '../http/problem';
import { consumeQuota, consumeApiClientQuota } from '../http/rate-limit';
import { logFailure } from '../http/endpoint';
import { log } from '../log';
import { count } from '../metrics';
import { bridge, credentialFor } from './bridge';
import { keepSession, requireWalletCaller, scanOf, storeDetails, unscanned } from './owned-sessions';
import { isUsedUp, isVerifying, LIFE_SECONDS, type OwnedSession, ownedSessions } from '../auth/wallet-cookies';
import { walletOutcomeOf } from './sessions';
import type { WalletView } from '$lib/wallet/view';
import { type SignInError } from '../auth/sign-in-errors';
import { loginPath } from '../auth/login-page';
import { createSharedReads } from '../cache';

/** A newly created session, whose `requestUri` is known. */
type NewSession = OwnedSession & { readonly requestUri: string };

/** What a caller may choose. The portal sets the rest of the request to the Auth Bridge. */
interface WalletSessionOptions {
	/** One of the configured query ids. Default: `wallet.defaultQueryId` of the configuration. */
	readonly queryId?: string | undefined;
	readonly forceReconciliation?: boolean | undefined;
	/** A validated path of the portal. */
	readonly returnTo: string;
}

/**
 * Creates a wallet session that belongs to this browser or API client.
 * @throws {Problem} `unauthorized`, `rate_limited`, or the error of the Auth Bridge
 */
export async function createWalletSession(event: RequestEvent, options: WalletSessionOptions): Promise<NewSession> {
	const owned = await openWalletSession(event, options);
	await keepSession(event, owned);
	return owned;
}

/**
 * Like `createWalletSession`, but does not store the session. The calling code must store it for its owner.
 * @throws {Problem} `unauthorized`, `rate_limited`, or the error of the Auth Bridge
 */
async function openWalletSession(event: RequestEvent, options: WalletSessionOptions): Promise<NewSession> {
	const caller = requireWalletCaller(event);
	if (!event.locals.apiClient) requireRoom(event.cookies);
	await (event.locals.apiClient ? consumeApiClientQuota(caller) : consumeQuota(caller, event.getClientAddress()));

	const created = await counted(
		bridge().createSession(
			{
				queryId: options.queryId ?? config().wallet.defaultQueryId,
				oauthSessionId: event.locals.session?.userId,
				forceReconciliation: options.forceReconciliation
			},
			credentialFor(event.locals)
		)
	);
	const facts = { userId: event.locals.session?.userId, client: event.locals.apiClient?.clientId };
	audit('wallet_session.created', { ...facts, walletSessionId: created.sessionId }, event.locals);
	const nowMs = unixMs();
	if (!fitsQrCode(created.requestUri))
		log.warn('the request URI is too long for a QR code; the page shows a link only', {
			requestId: event.locals.requestId,
			bytes: Buffer.byteLength(created.requestUri)
		});
	return {
		id: created.sessionId,
		requestUri: created.requestUri,
		startedAt: nowMs,
		expiresAt: nowMs + created.expiresInMs,
		...(created.bridgeExpiresAt !== null && { bridgeExpiresAt: created.bridgeExpiresAt }),
		returnTo: options.returnTo,
		idv: 'none',
		completed: false,
		...((await storeDetails(created, event.locals)) && { hasDetails: true })
	};
}

/** Counts whether the services created a session. An error that the caller can solve, such as a session that has ended, is not counted. */
async function counted<Created>(creation: Promise<Created>): Promise<Created> {
	try {
		const created = await creation;
		count('portal.wallet_sessions', { result: 'ok' });
		return created;
	} catch (error) {
		if (toProblem(error).status >= 500) count('portal.wallet_sessions', { result: 'failed' });
		throw error;
	}
}

/**
 * Sessions in identity verification are never evicted, so a browser with the maximum number of them gets no other session.
 * @throws {Problem} `rate_limited`, with `Retry-After` set to the seconds until the oldest of them expires
 */
function requireRoom(cookies: Cookies): void {
	const verifying = ownedSessions(cookies).filter(isVerifying);
	if (verifying.length < MAX_WALLET_SESSIONS) return;
	const endMs = Math.min(...verifying.map(({ startedAt }) => startedAt)) + LIFE_SECONDS * 1000;
	const waitSeconds = Math.max(1, Math.ceil((endMs - unixMs()) / 1000));
	throw new Problem('rate_limited', { headers: { 'retry-after': String(waitSeconds) } });
}

/** Errors that the login page explains. All others are shown in place of the QR code. */
const onLoginPage: Partial<Record<ProblemCode, SignInError>> = {
	unauthorized: 'transaction_expired',
	rate_limited: 'rate_limited'
};

interface StartFailure {
	readonly view: WalletView;
	readonly returnTo: string;
}

/** The response of a form action that could not create a wallet session. It explains the error and keeps the return path. */
export function startFailure(error: unknown, { requestId }: App.Locals, returnTo: string): ActionFailure<StartFailure> {
	const { code, status } = toProblem(error);
	const loginError = onLoginPage[code];
	logFailure('a wallet session could not be created', { requestId, error });
	if (loginError) redirect(303, loginPath(returnTo, { error: loginError, requestId }));
	return fail(status, { view: { screen: 'ended', outcome: walletOutcomeOf(code), helpCode: requestId }, returnTo });
}

/**
 * How long a form that is submitted again (a double click, two tabs) gets the same session, in milliseconds. This holds for one
 * instance: two instances create two sessions, of which the browser shows the newer one. To share them would take several calls
 * of the shared store for each code, and saves only a session that nobody scans.
 */
const REPEAT_MS = 30_000;
const MAX_REPEAT_BYTES = 8 * 1024 ** 2;
const opened = createSharedReads<OwnedSession>({
	maxAgeMs: REPEAT_MS,
	maxBytes: MAX_REPEAT_BYTES,
	bytesOf: (owned) => JSON.stringify(owned).length
});

/**
 * Creates the wallet session for a QR code on a portal page. Submitting the same form again within 30 s returns the same session,
 * unless that one is used up.
 * @param idempotencyKey identifies the form among all forms of this browser; null creates a new session each time
 * @throws {Problem} `unauthorized`, `rate_limited`, or the error of the Auth Bridge
 */
export async function startCode(event: RequestEvent, idempotencyKey: string | null, returnTo: string): Promise<void> {
	const caller = requireWalletCaller(event);
	await openOnce(event, idempotencyKey ? `${caller}:${idempotencyKey}` : crypto.randomUUID(), { returnTo });
}

/**
 * Replaces this browser's QR code with a new one, once per old code. The session of the old code remains valid until it
 * expires. Does nothing if a wallet has scanned the old code: the page then shows that session. If this browser does not
 * have the old session, creates a session for a first code.
 * @throws {Problem} `unauthorized`, `rate_limited`, or the error of the Auth Bridge
 */
export async function renewCode(event: RequestEvent, oldId: string, returnTo: string): Promise<void> {
	const sessions = ownedSessions(event.cookies);
	const old = sessions.find(({ id }) => id === oldId);
	if (!old) return startCode(event, null, returnTo);
	if (sessions.some(({ replaces }) => replaces === old.id) || (await scanOf(event, old)) === 'scanned') return;
	await openOnce(event, `renew:${old.id}`, { returnTo, replaces: old.id });
}

/** @param key must be specific to this browser: any browser that uses the same key gets the session */
async function openOnce(
	event: RequestEvent,
	key: string,
	options: { returnTo: string; replaces?: string | undefined }
) {
	async function open(): Promise<OwnedSession> {
		const beside = (await unscanned(event)).map(({ id }) => id);
		return {
			...(await openWalletSession(event, options)),
			beside,
			...(options.replaces && { replaces: options.replaces })
		};
	}
	let owned = await opened.read(key, open);
	// The person has cancelled since. Each session that is used up has one successor, also if the form is sent twice.
	while (await isUsedUp(owned.id)) owned = await opened.read(`${key} after ${owned.id}`, open);
	await keepSession(event, owned);
}

/** The QR code of a request URI as a `data:` URI with an SVG, for API clients. Null if the URI is too long for a QR code. */
export function qrDataUri(requestUri: string): string | null {
	const svg = qrSvg(requestUri);
	return svg === null ? null : `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
