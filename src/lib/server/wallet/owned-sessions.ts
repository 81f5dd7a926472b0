import type { RequestEvent } from '@sveltejs/kit';
import { readLoginTransaction } from '../auth/login-page';
import { isWalletSessionId } from '$lib/wallet/wallet-session';
import { hasAccessToken } from '../http/request';
import type { CreatedSession } from '../bridge/normalize';
import { ClaimPath } from '../bridge/schemas';
import { config } from '../config';
import { logBug } from '../http/endpoint';
import { isProblem, Problem, tokenNotAccepted } from '../http/problem';
import {
	keepOwned,
	LIFE_SECONDS,
	OwnedSchema,
	ownedSession,
	type OwnedSession,
	ownedSessions
} from '../auth/wallet-cookies';
import * as v from 'valibot';
import type { ApiClient } from '../sts/tokens';
import { sealOf } from '../http/cookies';
import { unixMs } from '../clock';
import { log } from '../log';
import { createSeal, type Seal } from '../seal';
import { sharedStore } from '../store';
import { API_CLIENT_WALLET } from '../store/kinds';
import { MAX_VALUE_CHARACTERS } from '../store/store';
import { bridge, credentialFor } from './bridge';
import { walletDeviceOf } from './wallet-device';

/**
 * Identifies a caller that may create wallet sessions: a client with an access token, a signed-in browser, or a browser
 * that has loaded the login page.
 * @returns the key of its rate limit; null for any other caller
 */
function walletCaller(event: RequestEvent): string | null {
	const { locals, cookies } = event;
	if (hasAccessToken(event)) return locals.apiClient?.clientId ?? null;
	if (locals.session) return locals.session.id;
	return readLoginTransaction(cookies)?.id ?? null;
}

/**
 * Requires a caller that may create wallet sessions.
 * @returns the key of its rate limit
 * @throws {Problem} `unauthorized`
 */
export function requireWalletCaller(event: RequestEvent): string {
	const caller = walletCaller(event);
	if (caller === null) throw new Problem('unauthorized');
	return caller;
}

/**
 * The wallet session with this id, if this browser or API client created it.
 * @throws {Problem} `unauthorized` for an unknown caller; `not_found` if the session has another owner or does not exist, or if
 * `id` is not a valid session id
 */
export async function requireOwned(event: RequestEvent, id: string): Promise<OwnedSession> {
	const owned = await findOwned(event, id);
	if (owned) return owned;
	if (hasAccessToken(event) && !event.locals.apiClient) throw tokenNotAccepted();
	const isBrowserOfOthers = !hasAccessToken(event) && ownedSessions(event.cookies).length > 0;
	const known = isBrowserOfOthers || walletCaller(event) !== null;
	throw new Problem(known ? 'not_found' : 'unauthorized');
}

/**
 * Like `requireOwned`, but returns null if the caller does not own the session. For a request with an access token only the
 * token counts; its cookies are ignored.
 * @throws {Problem} `not_found` if `id` is not a valid session id
 */
export async function findOwned(event: RequestEvent, id: string): Promise<OwnedSession | null> {
	if (!isWalletSessionId(id)) throw new Problem('not_found');
	const { locals, cookies } = event;
	if (hasAccessToken(event)) return locals.apiClient ? sessionOfApiClient(locals.apiClient, id) : null;
	return ownedSession(cookies, id);
}

/** Stores a new or changed session for its owner: this browser or this API client. */
export function keepSession(event: RequestEvent, session: OwnedSession): Promise<void> {
	const { locals, cookies } = event;
	if (locals.apiClient) return keepForApiClient(locals.apiClient, session);
	return keepOwned(cookies, session, walletDeviceOf(event).device === 'this');
}

/** Stores this browser's codes again after it has learnt where the wallet is: that decides how long their cookies live. */
export async function keepForDevice(event: RequestEvent): Promise<void> {
	const codes = ownedSessions(event.cookies).filter(({ idv, completed }) => idv === 'none' && !completed);
	await Promise.all(codes.map((session) => keepSession(event, session)));
}

/**
 * The entry in the shared store for a wallet session of an API client. These clients have no cookies. Entries are sealed,
 * and their key contains the client id: a request of another client does not find them.
 */
const sealed = sealOf(API_CLIENT_WALLET, v.object({ clientId: v.string(), session: OwnedSchema }));

/** A wallet session of this API client; null if it has another owner or has expired. */
async function sessionOfApiClient({ clientId }: ApiClient, id: string): Promise<OwnedSession | null> {
	const entry = await sharedStore().read(keyOf(clientId, id));
	const kept = entry && sealed.open(entry.text)?.value;
	if (!kept) return null;
	// The key alone proves nothing: someone with write access to the store could have moved the entry.
	const isIts = kept.clientId === clientId && kept.session.id === id;
	return isIts ? kept.session : null;
}

/** Stores a new or changed session for its owner, an API client. */
export async function keepForApiClient({ clientId }: ApiClient, session: OwnedSession): Promise<void> {
	const lifeMs = session.startedAt + LIFE_SECONDS * 1000 - unixMs();
	const text = sealed.seal({ clientId, session });
	if (lifeMs > 0) await sharedStore().write(keyOf(clientId, session.id), text, lifeMs);
}

function keyOf(clientId: string, id: string): string {
	return `wallet:${id}:${clientId}`;
}

/**
 * What a page offers in addition to the code. It is too large for a cookie, so it is sealed in the shared store. Without it, the
 * page still shows the code.
 */
const RequestDetails = v.object({
	/** What the wallet is asked for. */
	requestedClaims: v.array(v.object({ path: ClaimPath, label: v.object({ nl: v.string(), en: v.string() }) })),
	/** A signed request for the Digital Credentials API. */
	dcRequest: v.nullable(v.string())
});
type RequestDetails = Readonly<v.InferOutput<typeof RequestDetails>>;
const StoredDetails = v.object({ id: v.string(), details: RequestDetails });

const NO_DETAILS: RequestDetails = { requestedClaims: [], dcRequest: null };
/** The Auth Bridge extends sessions by up to a minute. */
const DETAILS_MARGIN_MS = 60_000;

let sealOfDetails: Seal | undefined;
const detailsSeal = () => (sealOfDetails ??= createSeal(config().secrets, 'wallet-details'));
const detailsKey = (id: string) => `wallet-details:${id}`;

/**
 * Stores the details of a new session's request for as long as its code is shown.
 * @returns false if there are none, or too many to be stored
 */
export async function storeDetails(
	created: Pick<CreatedSession, 'sessionId' | 'expiresInMs' | 'requestedClaims' | 'dcRequest'>,
	{ requestId }: Pick<App.Locals, 'requestId'>
): Promise<boolean> {
	const { sessionId: id, expiresInMs, requestedClaims, dcRequest } = created;
	if (requestedClaims.length === 0 && dcRequest === null) return false;
	const text = detailsSeal().seal({ id, details: { requestedClaims, dcRequest } });
	if (text.length > MAX_VALUE_CHARACTERS) {
		log.warn('the details of a wallet request are too large to be stored', { requestId, characters: text.length });
		// The request alone always fits.
		return requestedClaims.length > 0 && storeDetails({ ...created, requestedClaims: [] }, { requestId });
	}
	await sharedStore().write(detailsKey(id), text, expiresInMs + DETAILS_MARGIN_MS);
	return true;
}

/** The details of a session's request; empty if there are none, or if the store has lost them. */
export async function detailsOf({ id, hasDetails }: OwnedSession): Promise<RequestDetails> {
	const stored = hasDetails ? await sharedStore().read(detailsKey(id)) : null;
	const opened = stored && detailsSeal().open(stored.text);
	const entry = v.safeParse(StoredDetails, opened?.value);
	// Someone with write access to the store could have moved the entry.
	return entry.success && entry.output.id === id ? entry.output.details : NO_DETAILS;
}

const waiting: ReadonlySet<string> = new Set(['CREATED', 'PENDING']);

/** `waiting`: not scanned yet. `scanned`: scanned, whatever happened next. `over`: expired. `unknown`: its status cannot be read. */
type Scan = 'waiting' | 'scanned' | 'over' | 'unknown';

/** Whether a wallet has scanned the session's QR code. Never rejects. */
export async function scanOf({ locals }: Pick<RequestEvent, 'locals'>, { id }: OwnedSession): Promise<Scan> {
	try {
		const { status } = await bridge().readStatus(id, credentialFor(locals));
		if (waiting.has(status)) return 'waiting';
		return status === 'EXPIRED' ? 'over' : 'scanned';
	} catch (error) {
		logBug(error, locals.requestId);
		return isProblem(error, 'not_found') ? 'over' : 'unknown';
	}
}

/** This browser's sessions whose QR codes have not been scanned yet, as far as is known: their codes may be on screen. */
export async function unscanned(event: RequestEvent): Promise<OwnedSession[]> {
	const sessions = ownedSessions(event.cookies).filter(({ completed }) => !completed);
	const scans = await Promise.all(sessions.map((session) => scanOf(event, session)));
	const mayWait = ({ idv, expiresAt }: OwnedSession) => idv === 'none' && expiresAt > unixMs();
	return sessions.filter(
		(session, index) => scans[index] === 'waiting' || (scans[index] === 'unknown' && mayWait(session))
	);
}

/**
 * The wallet session that this browser shows. This is the newest one, unless its code has not been scanned and an older
 * code that was on screen at the same time (`beside`) has.
 */
export async function currentSession(event: RequestEvent): Promise<OwnedSession | undefined> {
	const [newest, ...others] = ownedSessions(event.cookies);
	const beside = others.filter(({ id }) => newest?.beside?.includes(id)).reverse();
	if (!newest || beside.length === 0 || (await scanOf(event, newest)) === 'scanned') return newest;
	const scans = await Promise.all(beside.map((session) => scanOf(event, session)));
	return beside.find((_, index) => scans[index] === 'scanned') ?? newest;
}
