import { isUsedUp, LIFE_SECONDS, type OwnedSession } from '../auth/owned-sessions';
import type { ProblemCode } from '../http/problem';
import { sharedStore, storeState } from '../store';
import type { IdentityOutcome } from '$lib/wallet/view';
import { identityOutcomeOf } from './outcomes';

/**
 * A record in the shared store that a request which may link the wallet was sent to the Auth Bridge. The cookie of the session
 * does not show it yet while that request is in progress, nor if its response was lost.
 */

/** `started`: identity verification. `submitted`: a confirmation. */
export type LinkingMark = 'started' | 'submitted';

/** As long as a session can be used up (`auth/owned-sessions.ts`). */
const REMEMBERED_MS = (LIFE_SECONDS + 300) * 1000;
const keyOf = (id: string) => `wallet-linking:${id}`;

/**
 * Records that a request is about to be sent. The caller must then check that the session is not used up, and `mayBeLinked` is
 * called for sessions that are used up: so at least one of two concurrent requests finds the mark of the other.
 */
export async function markLinking(id: string, mark: LinkingMark): Promise<void> {
	if (mark === 'submitted') await sharedStore().write(keyOf(id), mark, REMEMBERED_MS);
	// A submission says more, so it is not overwritten.
	else await sharedStore().replace(keyOf(id), null, mark, REMEMBERED_MS);
}

/** Whether the wallet of a used session may be linked. True if the shared store cannot tell. */
export async function mayBeLinked({ id, idv }: OwnedSession): Promise<boolean> {
	if (idv === 'started' || idv === 'done') return true;
	const mark = (await sharedStore().read(keyOf(id)))?.text;
	// Another instance may have recorded the mark in its own memory.
	if ((await storeState()) === 'down') return true;
	// A manual confirmation has to be submitted after it was started.
	return mark !== undefined && !(mark === 'started' && idv === 'manual');
}

/**
 * The outcome to show for a problem code. A session that was used up while a confirmation was in progress may be linked, so it
 * is not shown as expired.
 */
export async function outcomeAfter(code: ProblemCode, owned: OwnedSession): Promise<IdentityOutcome> {
	const isEndedLate = code === 'not_found' && (await isUsedUp(owned.id)) && (await mayBeLinked(owned));
	return isEndedLate ? 'not-me-late' : identityOutcomeOf(code);
}
