import { endpoint } from '$lib/server/http/endpoint';
import { currentSession } from '$lib/server/wallet/owned-sessions';
import { walletStep } from '$lib/server/wallet/wallet-page';
import type { RequestHandler } from './$types';

/** What `/login/wallet` would show this browser now: `{view}`, or `{goTo}` for another page. For the page's own script. */
export const GET: RequestHandler = endpoint(async (event) => walletStep(event, await currentSession(event)));
