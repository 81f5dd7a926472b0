import { endpoint, seeOther } from '$lib/server/http/endpoint';
import { wantsPage } from '$lib/server/http/request';
import { findOwned, requireOwned } from '$lib/server/wallet/owned-sessions';
import { finishIdv } from '$lib/server/wallet/identity';
import { foreignPage } from '$lib/server/wallet/wallet-page';
import type { RequestHandler } from './$types';

/** An institution redirects the person's browser here. Whatever the outcome, the response leads to a page of the portal. */
export const GET: RequestHandler = endpoint(async (event) => {
	const owned = await findOwned(event, event.params.id);
	if (!owned && wantsPage(event.request)) return foreignPage(event);
	return seeOther(await finishIdv(event, owned ?? (await requireOwned(event, event.params.id))));
});
