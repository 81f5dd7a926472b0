import { type IdentityOutcome, identityOutcomes, type WalletOutcome } from '$lib/wallet/view';
import { type ProblemCode, toProblem } from '../http/problem';
import { createBoundedCache } from '../cache';
import { unixMs } from '../clock';
import { count, took } from '../metrics';
import type { OwnedSession } from '../auth/owned-sessions';
import { boundedReturnPath } from '../http/return-path';
import { log } from '../log';
import type { RequestEvent } from '@sveltejs/kit';
import { bridge, credentialFor } from './bridge';

/** The screen that a fault leads to; whatever has none of its own has failed for technical reasons. */
const walletOutcomes: Partial<Record<ProblemCode, WalletOutcome>> = {
	not_found: 'expired',
	wallet_declined: 'declined',
	credential_refused: 'refused',
	attribute_missing: 'refused',
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

/** An outcome named in a query, if it is one we know; unknown text is never shown. */
export function knownIdentityOutcome(text: string | null): IdentityOutcome | null {
	return identityOutcomes.find((outcome) => outcome === text) ?? null;
}

/** Pages are loaded again, and several look at one session: more ends than this are not remembered, and may count twice. */
const reported = createBoundedCache<object>({ maxBytes: 4 * 1024 ** 2, bytesOf: () => 0 });

/**
 * Tells metrics what became of a wallet session, once for each end: how long it took, and of its identity verification
 * what that came to. A session that nobody looks at any more has no end that the portal knows of.
 */
export function flowEnded(owned: OwnedSession, outcome: WalletOutcome | IdentityOutcome | 'completed'): void {
	const end = `${owned.id} ${outcome}`;
	if (reported.has(end)) return;
	reported.set(end, {});
	took('portal.wallet.flow.duration', unixMs() - owned.startedAt, { outcome });
	if (owned.idv !== 'none') count('portal.identity_verifications', { outcome });
}

/** An ending as a page draws it. Its help code is the id of the request that found out, and is in the log. */
export function endedView<Outcome extends WalletOutcome | IdentityOutcome>(
	outcome: Outcome,
	{ requestId }: Pick<App.Locals, 'requestId'>,
	owned: OwnedSession
) {
	log.info('a sign-in with a wallet has ended', { requestId, outcome });
	flowEnded(owned, outcome);
	return { view: { screen: 'ended', outcome, helpCode: requestId } } as const;
}

/**
 * Where an ending is drawn that the Auth Bridge will not tell again.
 * @param owned the session that ended, where there is one
 * @param returnTo for a browser without that session; checked where it is followed
 */
export function identityEndPath(
	outcome: IdentityOutcome,
	{ requestId }: Pick<App.Locals, 'requestId'>,
	owned?: OwnedSession | null,
	returnTo: string | null = null
): string {
	if (owned) flowEnded(owned, outcome);
	const wanted = !owned && returnTo && { returnTo: boundedReturnPath(returnTo) };
	return `/login/identity?${new URLSearchParams({ outcome, helpCode: requestId, ...wanted })}`;
}

/** Codes that say only that linking failed; the session may tell why. */
const unspecific: ReadonlySet<ProblemCode> = new Set(['reconciliation_failed', 'idv_failed']);

/**
 * Why a session failed: the deployed Bridge says so in its status, the one that is described in `idv/status`. Undefined
 * where neither does, or can't be asked.
 */
export async function whyFailed({ locals }: RequestEvent, owned: OwnedSession): Promise<ProblemCode | undefined> {
	const credential = credentialFor(locals);
	try {
		const { errorCode } = await bridge().readStatus(owned.id, credential);
		return errorCode ?? (await bridge().readIdvStatus(owned.id, credential)).errorCode;
	} catch {
		return undefined;
	}
}

/** What to tell a person of a fault, as closely as the Bridge knows. */
export async function reasonOf(error: unknown, event: RequestEvent, owned: OwnedSession): Promise<ProblemCode> {
	const { code } = toProblem(error);
	return unspecific.has(code) ? ((await whyFailed(event, owned)) ?? code) : code;
}
