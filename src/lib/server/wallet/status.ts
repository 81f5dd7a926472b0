import type { RequestEvent } from '@sveltejs/kit';
import type { SessionStatus } from '../bridge/answers';
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

/** Milliseconds until the session dies; counted from its start where the Auth Bridge does not say. */
export function remainingMs({ expiresInMs }: SessionStatus, owned: OwnedSession): number {
	return expiresInMs ?? Math.max(0, owned.expiresAt - Date.now());
}

/** Completion is told where it is asked for; here the ends are seen that pages with JavaScript draw themselves. */
function tellEnd({ status, errorCode }: SessionStatus, owned: OwnedSession): void {
	if (status === 'EXPIRED') flowEnded(owned, 'expired');
	if (status === 'VP_VALIDATION_FAILED') flowEnded(owned, 'refused');
	if (status === 'FAILED' || status === 'ERROR') flowEnded(owned, walletOutcomeOf(errorCode));
}
