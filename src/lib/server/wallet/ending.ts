import type { IdentityOutcome, WalletOutcome } from '$lib/wallet/view';
import { boundedReturnPath } from '../http/return-path';
import { log } from '../log';
import { flowEnded } from './flow-metrics';
import type { OwnedSession } from './owned-sessions';

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
