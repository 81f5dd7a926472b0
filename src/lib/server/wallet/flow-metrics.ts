import type { IdentityOutcome, WalletOutcome } from '$lib/wallet/view';
import { createBoundedCache } from '../cache';
import { unixMs } from '../clock';
import { count, took } from '../metrics';
import type { OwnedSession } from './owned-sessions';

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
