import type { RequestEvent } from '@sveltejs/kit';
import type { IdvReason } from '$lib/wallet/view';
import { Problem } from '../http/problem';
import { bridge, credentialFor } from './bridge';
import { keepSession } from './caller';
import { flowEnded } from './flow-metrics';
import type { OwnedSession } from './owned-sessions';
import { requireUnused } from './used-sessions';

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
