import type { RequestEvent } from '@sveltejs/kit';
import type { InferOutput } from 'valibot';
import type { Status } from '../api/schemas';
import { unixMs } from '../clock';
import { Problem, type ProblemCode, toProblem } from '../http/problem';
import { consumeWalletSessionQuota } from '../http/rate-limit';
import { bridge, credentialFor } from './bridge';
import { keepSession } from './owned-sessions';
import { type OwnedSession, requireUnused } from '../auth/wallet-cookies';
import { MIN_LIFETIME_MS, type SessionStatus } from '../bridge/normalize';
import {
	IDENTITY_PAGE,
	type IdvReason,
	type IdentityOutcome,
	identityOutcomes,
	type WalletOutcome
} from '$lib/wallet/view';
import { audit } from '../audit';
import type { AuditEvent } from '../audit-events';
import { createBoundedCache } from '../cache';
import { count, recordDuration } from '../metrics';
import { boundedReturnPath } from '../http/return-path';
import { logBug } from '../http/endpoint';
import { log } from '../log';

type AuditLocals = Pick<App.Locals, 'requestId' | 'auditAddress'>;

/** The outcome to show for each problem code. A code without an entry is shown as a technical failure (`failed`). */
const walletOutcomesByCode: Partial<Record<ProblemCode, WalletOutcome>> = {
	not_found: 'expired',
	wallet_declined: 'declined',
	credential_refused: 'refused',
	attribute_missing: 'refused',
	credential_unchecked: 'unchecked',
	upstream_invalid: 'unavailable',
	upstream_unavailable: 'unavailable',
	upstream_timeout: 'unavailable'
};

const identityOutcomesByCode: Partial<Record<ProblemCode, IdentityOutcome>> = {
	not_found: 'expired',
	no_match: 'no-match',
	linked_elsewhere: 'linked-elsewhere',
	attribute_missing: 'attribute-missing',
	credential_refused: 'attribute-missing',
	credential_unchecked: 'unavailable',
	assurance_too_low: 'assurance-too-low',
	idv_refused: 'refused-at-institution',
	wallet_declined: 'refused-at-institution',
	idv_repeated: 'again-required',
	idv_not_offered: 'not-possible',
	review_refused: 'review-refused',
	reconciliation_failed: 'no-match',
	manual_confirmation_not_offered: 'confirmation-not-offered',
	upstream_invalid: 'unavailable',
	upstream_unavailable: 'unavailable',
	upstream_timeout: 'unavailable'
};

export function walletOutcomeOf(code: ProblemCode | undefined): WalletOutcome {
	return (code && walletOutcomesByCode[code]) ?? 'failed';
}

export function identityOutcomeOf(code: ProblemCode | undefined): IdentityOutcome {
	return (code && identityOutcomesByCode[code]) ?? 'failed';
}

/** The outcome named in a query parameter; null if it is not a known outcome. Unknown text is never shown. */
export function knownIdentityOutcome(text: string | null): IdentityOutcome | null {
	return identityOutcomes.find((outcome) => outcome === text) ?? null;
}

/**
 * Outcomes and events that this process has recorded: pages are reloaded, and several pages may show one session. The cache is bounded, so an
 * evicted one may be recorded twice.
 */
const reported = createBoundedCache<object>({ maxBytes: 2 * 1024 ** 2, bytesOf: () => 0 });

/**
 * Records an audit line and metrics for the outcome of a wallet session, once per session and outcome: its duration, and the outcome of its
 * identity verification if there was one. No outcome is recorded for a session whose status is no longer read.
 */
export function flowEnded(
	owned: OwnedSession,
	outcome: WalletOutcome | IdentityOutcome | 'completed',
	locals: AuditLocals | null = null,
	code?: ProblemCode
): void {
	const end = `${owned.id} ${outcome}`;
	if (reported.has(end)) return;
	reported.set(end, {});
	recordDuration('portal.wallet.flow.duration', unixMs() - owned.startedAt, { outcome });
	if (owned.idv !== 'none') count('portal.identity_verifications', { outcome });
	const facts = { walletSessionId: owned.id };
	if (outcome === 'completed') audit('wallet_session.verified', facts, locals);
	else if (outcome !== 'expired') audit('wallet_session.refused', { ...facts, reason: code ?? outcome }, locals);
}

/** Writes an audit line once per session and instance: anybody can repeat a browser's request, also with an earlier cookie of the session. */
export function auditOnce(event: AuditEvent, { id }: OwnedSession, locals: AuditLocals): void {
	if (reported.has(`${id} ${event}`)) return;
	reported.set(`${id} ${event}`, {});
	audit(event, { walletSessionId: id }, locals);
}

/** The view of an outcome. Its help code is the id of the current request, which the log contains too. */
export function endedView<Outcome extends WalletOutcome | IdentityOutcome>(
	outcome: Outcome,
	locals: AuditLocals,
	owned: OwnedSession
) {
	const { requestId } = locals;
	log.info('a wallet sign-in has ended', { requestId, outcome });
	flowEnded(owned, outcome, locals);
	return { view: { screen: 'ended', outcome, helpCode: requestId } } as const;
}

/**
 * The path of the page that shows an outcome. The path names the outcome, because the Auth Bridge may not report it again.
 * @param owned the session that ended, if there is one
 * @param returnTo the return path for a browser without that session; validated where it is used
 */
export function identityEndPath(
	outcome: IdentityOutcome,
	locals: AuditLocals,
	owned?: OwnedSession | null,
	returnTo: string | null = null
): string {
	const { requestId } = locals;
	// The page that shows the outcome has the id of this request as its help code.
	log.limited('a wallet sign-in has ended', { requestId, outcome });
	if (owned) flowEnded(owned, outcome, locals);
	const wanted = !owned && returnTo && { returnTo: boundedReturnPath(returnTo) };
	return `${IDENTITY_PAGE}?${new URLSearchParams({ outcome, helpCode: requestId, ...wanted })}`;
}

/** Codes that do not say why linking failed. The status of the session may have a more specific code. */
const unspecific: ReadonlySet<ProblemCode> = new Set(['reconciliation_failed', 'idv_failed']);

/**
 * Why a session failed. The deployed Auth Bridge reports the reason in the session status, the documented one in `idv/status`.
 * Undefined if neither has a reason, or if they cannot be read.
 */
export async function failureReason({ locals }: RequestEvent, owned: OwnedSession): Promise<ProblemCode | undefined> {
	const credential = credentialFor(locals);
	try {
		const { errorCode } = await bridge().readStatus(owned.id, credential);
		return errorCode ?? (await bridge().readIdvStatus(owned.id, credential)).errorCode;
	} catch (error) {
		logBug(error, locals.requestId);
		return undefined;
	}
}

/** The most specific problem code that is known for an error. */
export async function reasonOf(error: unknown, event: RequestEvent, owned: OwnedSession): Promise<ProblemCode> {
	const { code } = toProblem(error);
	return unspecific.has(code) ? ((await failureReason(event, owned)) ?? code) : code;
}

/**
 * The status of a wallet session, as the API returns it.
 * @throws {Problem} the error of the Auth Bridge
 */
export async function readWalletStatus(event: RequestEvent, owned: OwnedSession) {
	return publicStatus(await bridge().pollStatus(owned.id, () => credentialFor(event.locals)), owned);
}

/** The part of a status that browsers and API clients may read. */
export function publicStatus(status: SessionStatus, owned: OwnedSession): InferOutput<typeof Status> {
	reportEnd(status, owned);
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
 * Milliseconds until the session expires: at the time set when it was created, or earlier if the Auth Bridge has since
 * shortened its life. Its clock may be wrong, so its expiry is only compared with its own earlier value.
 */
export function remainingMs({ bridgeExpiresAt }: SessionStatus, owned: OwnedSession, nowMs = unixMs()): number {
	const { startedAt, bridgeExpiresAt: earlier } = owned;
	const moved = bridgeExpiresAt === null || earlier === undefined ? 0 : bridgeExpiresAt - earlier;
	const claimedMs = owned.expiresAt + Math.min(0, moved);
	const endMs = claimedMs - startedAt < MIN_LIFETIME_MS ? owned.expiresAt : claimedMs;
	return Math.max(0, endMs - nowMs);
}

/** Records outcomes that pages with JavaScript render by themselves. Completion is recorded by `completeWalletSession`. */
function reportEnd({ status, errorCode }: SessionStatus, owned: OwnedSession): void {
	if (status === 'EXPIRED') flowEnded(owned, 'expired');
	if (status === 'VP_VALIDATION_FAILED') flowEnded(owned, 'refused', null, errorCode);
	if (status === 'FAILED' || status === 'ERROR') flowEnded(owned, walletOutcomeOf(errorCode), null, errorCode);
}

/** The path that starts the sign-in with a completed wallet session. */
export const CONTINUE_URL = '/login/start?provider=sts-wallet';
/**
 * The page that forwards the browser to `CONTINUE_URL`. A redirect does not work. A redirect chain that started at the
 * institution counts as cross-site to its end, and one that started with a portal form must not lead to the STS
 * (`form-action 'self'`).
 */
export const CONTINUE_PAGE = '/login/continue';

type Completion =
	| { readonly kind: 'completed'; readonly continueUrl: string }
	| { readonly kind: 'idv_required'; readonly reason: IdvReason | null };

/**
 * Completes a verified wallet session. Repeating the call returns the same result. With deployed Auth Bridges, only this call
 * shows that identity verification is required.
 * @throws {Problem} `not_found` if the session is used up, `rate_limited`, `idv_repeated` if identity verification is required
 * a second time, or the error of the Auth Bridge
 */
export async function completeWalletSession(event: RequestEvent, owned: OwnedSession): Promise<Completion> {
	await requireUnused(owned.id);
	if (!owned.completed) {
		await consumeWalletSessionQuota(owned.id);
		const result = await bridge().complete(owned.id, credentialFor(event.locals));
		if (result.kind === 'idv_required') {
			if (owned.idv === 'done') throw new Problem('idv_repeated');
			return result;
		}
		// The person may have ended the session during the request.
		await requireUnused(owned.id);
		// The institution's staff, or the institution without a return to the portal, may have ended identity verification.
		const idv = owned.idv === 'none' ? 'none' : 'done';
		if (idv === 'done') auditOnce('identity_verification.ended', owned, event.locals);
		await keepSession(event, { ...owned, idv, completed: true });
		flowEnded(owned, 'completed', event.locals);
	}
	return { kind: 'completed', continueUrl: CONTINUE_URL };
}
