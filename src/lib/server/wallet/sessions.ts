import { type ActionFailure, type Cookies, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import { fitsQrCode } from '$lib/ui/qr-svg';
import { unixMs } from '../clock';
import { config } from '../config';
import { MAX_WALLET_SESSIONS } from '../auth/cookie-budget';
import { Problem, type ProblemCode, toProblem } from '../http/problem';
import { spendOne, spendOneOfCaller } from '../http/rate-limit';
import { log } from '../log';
import { bridge, credentialFor } from './bridge';
import { keepSession, requireWalletCaller } from './access';
import { isVerifying, LIFE_SECONDS, type OwnedSession, ownedSessions, requireUnused } from '../auth/owned-sessions';
import { MIN_LIFETIME_MS, type SessionStatus } from '../bridge/normalize';
import { flowEnded, walletOutcomeOf } from './outcomes';
import type { IdvReason, WalletView } from '$lib/wallet/view';
import { loginPath, type SignInError } from '../auth/sign-in-errors';

/** A session as it was just created: its address is at hand. */
type NewSession = OwnedSession & { readonly requestUri: string };

/** What a caller may wish for; the rest of the request to the Auth Bridge is the portal's. */
interface WalletSessionWish {
	/** One of the configured queries; the default one when absent. */
	readonly queryId?: string | undefined;
	readonly forceReconciliation?: boolean | undefined;
	/** A checked path of ours. */
	readonly returnTo: string;
}

/**
 * Opens a wallet session for this browser or caller, and for nobody else.
 * @throws {Problem} `unauthorized`, `rate_limited`, or the Auth Bridge's fault
 */
export async function createWalletSession(event: RequestEvent, wish: WalletSessionWish): Promise<NewSession> {
	const owned = await openWalletSession(event, wish);
	await keepSession(event, owned);
	return owned;
}

/** The same, but it is left to the caller to make it this browser's. */
export async function openWalletSession(event: RequestEvent, wish: WalletSessionWish): Promise<NewSession> {
	const caller = await requireWalletCaller(event);
	if (!event.locals.caller) await requireRoom(event.cookies);
	await (event.locals.caller ? spendOneOfCaller(caller) : spendOne(caller, event.getClientAddress()));

	const created = await bridge().createSession(
		{
			queryId: wish.queryId ?? config().wallet.defaultQueryId,
			oauthSessionId: event.locals.session?.userId,
			forceReconciliation: wish.forceReconciliation
		},
		credentialFor(event.locals)
	);
	const now = unixMs();
	if (!fitsQrCode(created.requestUri))
		log.warn('the address of a wallet request is too long for a QR code: only its link is shown', {
			requestId: event.locals.requestId,
			bytes: Buffer.byteLength(created.requestUri)
		});
	return {
		id: created.sessionId,
		requestUri: created.requestUri,
		startedAt: now,
		expiresAt: now + created.expiresInMs,
		...(created.expiresAt !== null && { bridgeExpiresAt: created.expiresAt }),
		returnTo: wish.returnTo,
		idv: 'none',
		completed: false
	};
}

/** Sessions in identity verification are never evicted: a browser that has as many as it may gets no further one. */
async function requireRoom(cookies: Cookies): Promise<void> {
	const verifying = (await ownedSessions(cookies)).filter(isVerifying);
	if (verifying.length < MAX_WALLET_SESSIONS) return;
	const endsAt = Math.min(...verifying.map(({ startedAt }) => startedAt)) + LIFE_SECONDS * 1000;
	const waitSeconds = Math.max(1, Math.ceil((endsAt - unixMs()) / 1000));
	throw new Problem('rate_limited', { headers: { 'retry-after': String(waitSeconds) } });
}

/** A wallet session's status as API callers read it. */
export async function readWalletStatus(event: RequestEvent, owned: OwnedSession) {
	return publicStatus(await bridge().pollStatus(owned.id, () => credentialFor(event.locals)), owned);
}

/** What of a status leaves the portal; `expiresInMs` always known. */
export function publicStatus(status: SessionStatus, owned: OwnedSession) {
	tellEnd(status, owned);
	return {
		sessionId: owned.id,
		status: status.status,
		idvRequired: status.idvRequired,
		idvRequirementReason: status.idvRequirementReason,
		reconciliationPlanType: status.reconciliationPlanType,
		expiresInMs: remainingMs(status, owned)
	};
}

/**
 * Milliseconds until the session ends: as decided when it was created, or sooner where the Auth Bridge has moved the end
 * forward since. Its `expiresAt` is only compared with the one that it gave then, for its clock may be wrong.
 */
export function remainingMs({ expiresAt }: SessionStatus, owned: OwnedSession, nowMs = unixMs()): number {
	const { startedAt, bridgeExpiresAt } = owned;
	const moved = expiresAt === null ? null : expiresAt - (bridgeExpiresAt ?? owned.expiresAt);
	const claimed = moved === null ? owned.expiresAt : owned.expiresAt + Math.min(0, moved);
	const endsAt = claimed - startedAt < MIN_LIFETIME_MS ? owned.expiresAt : claimed;
	return Math.max(0, endsAt - nowMs);
}

/** Completion is told where it is asked for; here the ends are seen that pages with JavaScript draw themselves. */
function tellEnd({ status, errorCode }: SessionStatus, owned: OwnedSession): void {
	if (status === 'EXPIRED') flowEnded(owned, 'expired');
	if (status === 'VP_VALIDATION_FAILED') flowEnded(owned, 'refused');
	if (status === 'FAILED' || status === 'ERROR') flowEnded(owned, walletOutcomeOf(errorCode));
}

/** Where a browser goes on to sign in once its wallet session is complete. */
export const CONTINUE_URL = '/login/start?provider=sts-wallet';
/**
 * A page of ours that goes on there. A redirect would not do: a chain that began at the institution is another site's
 * navigation to its end, and one that began with a form of ours may not end at the STS (`form-action 'self'`).
 */
export const CONTINUE_PAGE = '/login/continue';

export type Completion =
	| { readonly kind: 'completed'; readonly continueUrl: string }
	| { readonly kind: 'idv_required'; readonly reason: IdvReason | null };

/**
 * Completes a verified wallet session; a repeat gives the same answer. In the field it is only here that the need for
 * identity verification shows.
 * @throws {Problem} `not_found` when it is used up, `idv_repeated` when verification is asked for a second time, or the Auth Bridge's fault
 */
export async function completeWalletSession(event: RequestEvent, owned: OwnedSession): Promise<Completion> {
	await requireUnused(owned.id);
	if (!owned.completed) {
		const result = await bridge().complete(owned.id, credentialFor(event.locals));
		if (result.kind === 'idv_required') {
			if (owned.idv === 'done') throw new Problem('idv_repeated');
			return result;
		}
		await keepSession(event, { ...owned, completed: true });
		flowEnded(owned, 'completed');
	}
	return { kind: 'completed', continueUrl: CONTINUE_URL };
}

/** Faults that the login page explains; the others are shown where the code would have been. */
const onLoginPage: Partial<Record<ProblemCode, SignInError>> = {
	unauthorized: 'transaction_expired',
	rate_limited: 'rate_limited'
};

interface StartFailure {
	readonly view: WalletView;
	readonly returnTo: string;
}

/** Why no wallet session could be opened, as a page that says what to do and keeps where the person was going. */
export function startFailure(error: unknown, { requestId }: App.Locals, returnTo: string): ActionFailure<StartFailure> {
	const { code, status } = toProblem(error);
	const loginError = onLoginPage[code];
	log.warn('no wallet session could be opened', { requestId, code, error });
	if (loginError) redirect(303, loginPath(returnTo, { error: loginError, requestId }));
	return fail(status, { view: { screen: 'ended', outcome: walletOutcomeOf(code), helpCode: requestId }, returnTo });
}
