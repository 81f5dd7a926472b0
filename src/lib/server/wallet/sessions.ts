import type { RequestEvent } from '@sveltejs/kit';
import type { InferOutput } from 'valibot';
import type { Status } from '../api/wallet-schemas';
import { unixMs } from '../clock';
import { Problem } from '../http/problem';
import { bridge, credentialFor } from './bridge';
import { keepSession } from './access';
import { type OwnedSession, requireUnused } from '../auth/owned-sessions';
import { MIN_LIFETIME_MS, type SessionStatus } from '../bridge/normalize';
import { flowEnded, walletOutcomeOf } from './outcomes';
import type { IdvReason } from '$lib/wallet/view';

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
	const claimed = owned.expiresAt + Math.min(0, moved);
	const endsAt = claimed - startedAt < MIN_LIFETIME_MS ? owned.expiresAt : claimed;
	return Math.max(0, endsAt - nowMs);
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

export type Completion =
	| { readonly kind: 'completed'; readonly continueUrl: string }
	| { readonly kind: 'idv_required'; readonly reason: IdvReason | null };

/**
 * Completes a verified wallet session. Repeating the call gives the same result. With deployed Auth Bridges, only this call
 * shows that identity verification is required.
 * @throws {Problem} `not_found` if the session is used up, `idv_repeated` if identity verification is required a second
 * time, or the error of the Auth Bridge
 */
export async function completeWalletSession(event: RequestEvent, owned: OwnedSession): Promise<Completion> {
	await requireUnused(owned.id);
	if (!owned.completed) {
		const result = await bridge().complete(owned.id, credentialFor(event.locals));
		if (result.kind === 'idv_required') {
			if (owned.idv === 'done') throw new Problem('idv_repeated');
			return result;
		}
		// The person may have ended the session during the request.
		await requireUnused(owned.id);
		await keepSession(event, { ...owned, completed: true });
		flowEnded(owned, 'completed', event.locals);
	}
	return { kind: 'completed', continueUrl: CONTINUE_URL };
}
