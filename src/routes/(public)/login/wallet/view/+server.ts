import { endpoint } from '$lib/server/http/endpoint';
import { currentSession } from '$lib/server/wallet/owned-sessions';
import { walletPagePath, walletStep } from '$lib/server/wallet/wallet-page';
import type { RequestHandler } from './$types';

/** What `/login/wallet` would show this browser now: `{view}`, or `{goTo}` for another page. For the page's own script. */
export const GET: RequestHandler = endpoint(async (event) => {
	const owned = await currentSession(event);
	// The page shows a wallet session that this browser no longer has: the person has signed in in another tab.
	return !owned && event.locals.session ? { goTo: walletPagePath('return') } : walletStep(event, owned);
});
