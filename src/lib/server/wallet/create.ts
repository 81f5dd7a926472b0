import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { invalidField } from '../http/problem';
import { spendOne, spendOneOfCaller } from '../http/rate-limit';
import { bridge, credentialFor } from './bridge';
import { keepSession, requireWalletCaller } from './caller';
import type { OwnedSession } from './owned-sessions';

/** What a caller may wish for; the rest of the request to the Auth Bridge is the portal's. */
export interface WalletSessionWish {
	/** One of the configured queries; the default one when absent. */
	readonly queryId?: string | undefined;
	readonly forceReconciliation?: boolean | undefined;
	/** A checked path of ours. */
	readonly returnTo: string;
}

/**
 * Opens a wallet session for this browser or caller, and for nobody else.
 * @throws {Problem} `unauthorized`, `rate_limited`, `invalid_request`, or the Auth Bridge's fault
 */
export async function createWalletSession(event: RequestEvent, wish: WalletSessionWish): Promise<OwnedSession> {
	const caller = await requireWalletCaller(event);
	const { defaultQueryId, queryIds } = config().wallet;
	if (wish.queryId !== undefined && !queryIds.includes(wish.queryId)) throw invalidField('queryId');
	await (event.locals.caller ? spendOneOfCaller(caller) : spendOne(caller, event.getClientAddress()));

	const created = await bridge().createSession(
		{
			queryId: wish.queryId ?? defaultQueryId,
			oauthSessionId: event.locals.session?.userId,
			forceReconciliation: wish.forceReconciliation
		},
		credentialFor(event.locals)
	);
	const now = Date.now();
	const owned: OwnedSession = {
		id: created.sessionId,
		requestUri: created.requestUri,
		startedAt: now,
		expiresAt: now + created.expiresInMs,
		returnTo: wish.returnTo,
		idv: 'none',
		completed: false
	};
	await keepSession(event, owned);
	return owned;
}
