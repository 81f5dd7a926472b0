import { type IdentityOutcome, identityOutcomes, type WalletOutcome } from '$lib/wallet/view';
import { type ProblemCode, toProblem } from '../http/problem';
import { audit } from '../audit';
import { createBoundedCache } from '../cache';
import { unixMs } from '../clock';
import { count, took } from '../metrics';
import type { OwnedSession } from '../auth/owned-sessions';
import { boundedReturnPath } from '../http/return-path';
import { log } from '../log';
import type { RequestEvent } from '@sveltejs/kit';
import { bridge, credentialFor } from './bridge';

type AuditLocals = Pick<App.Locals, 'requestId' | 'auditAddress'>;

/** The outcome to show for each problem code. A code without an entry is shown as a technical failure (`failed`). */
const walletOutcomes: Partial<Record<ProblemCode, WalletOutcome>> = {
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
	return (code && walletOutcomes[code]) ?? 'failed';
}

export function identityOutcomeOf(code: ProblemCode | undefined): IdentityOutcome {
	return (code && identityOutcomesByCode[code]) ?? 'failed';
}

/** The outcome named in a query parameter; null if it is not a known outcome. Unknown text is never shown. */
export function knownIdentityOutcome(text: string | null): IdentityOutcome | null {
	return identityOutcomes.find((outcome) => outcome === text) ?? null;
}

/**
 * Outcomes already counted: pages are reloaded, and several pages may show one session. The cache is bounded, so an evicted
 * outcome may be counted twice.
 */
const reported = createBoundedCache<object>({ maxBytes: 4 * 1024 ** 2, bytesOf: () => 0 });

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
	took('portal.wallet.flow.duration', unixMs() - owned.startedAt, { outcome });
	if (owned.idv !== 'none') count('portal.identity_verifications', { outcome });
	const facts = { walletSessionId: owned.id };
	if (outcome === 'completed') audit('wallet_session.verified', facts, locals);
	else if (outcome !== 'expired') audit('wallet_session.refused', { ...facts, reason: code ?? outcome }, locals);
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
	if (owned) flowEnded(owned, outcome, locals);
	const wanted = !owned && returnTo && { returnTo: boundedReturnPath(returnTo) };
	return `/login/identity?${new URLSearchParams({ outcome, helpCode: requestId, ...wanted })}`;
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
	} catch {
		return undefined;
	}
}

/** The most specific problem code that is known for an error. */
export async function reasonOf(error: unknown, event: RequestEvent, owned: OwnedSession): Promise<ProblemCode> {
	const { code } = toProblem(error);
	return unspecific.has(code) ? ((await failureReason(event, owned)) ?? code) : code;
}
