import type { RequestEvent } from '@sveltejs/kit';
import { unixMs } from '../clock';
import { Problem } from '../http/problem';
import { bridge, credentialFor } from './bridge';
import { keepSession } from './access';
import { type OwnedSession, requireUnused } from '../auth/owned-sessions';
import { MIN_LIFETIME_MS, type SessionStatus } from '../bridge/normalize';
import { flowEnded, walletOutcomeOf } from './outcomes';
import type { IdvReason } from '$lib/wallet/view';

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
	const moved = expiresAt === null || bridgeExpiresAt === undefined ? 0 : expiresAt - bridgeExpiresAt;
	const claimed = owned.expiresAt + Math.min(0, moved);
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
