import type { RequestEvent } from '@sveltejs/kit';
import { MIN_LIFETIME_MS, type SessionStatus } from '../bridge/normalize';
import { unixMs } from '../clock';
import { bridge, credentialFor } from './bridge';
import { flowEnded } from './flow-metrics';
import { walletOutcomeOf } from './outcomes';
import type { OwnedSession } from './owned-sessions';

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
