import { endpoint } from '$lib/server/http/endpoint';
import { wantsPage } from '$lib/server/http/caller';
import { seeOther } from '$lib/server/http/see-other';
import { requireOwned } from '$lib/server/wallet/caller';
import { finishIdv } from '$lib/server/wallet/idv-callback';
import { foreignPage } from '$lib/server/wallet/foreign-page';
import { ownedSessions } from '$lib/server/wallet/owned-sessions';
import type { RequestHandler } from './$types';

/** A person's browser comes here from the institution; whatever happened there, it is led to a page of ours. */
export const GET: RequestHandler = endpoint(async (event) => {
	const isOwner = (await ownedSessions(event.cookies)).some(({ id }) => id === event.params.id);
	if (!isOwner && wantsPage(event.request)) return foreignPage(event);
	return seeOther(await finishIdv(event, await requireOwned(event, event.params.id)));
});
