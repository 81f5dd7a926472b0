import { endpoint } from '$lib/server/http/endpoint';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import { readWalletStatus } from '$lib/server/wallet/sessions';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async (event) => {
	const owned = await requireOwned(event, event.params.id);
	return readWalletStatus(event, owned);
});
