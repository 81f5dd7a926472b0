import { EmptyBody } from '$lib/server/api/schemas';
import { endpoint } from '$lib/server/http/endpoint';
import { readJson } from '$lib/server/http/body';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import { startIdv } from '$lib/server/wallet/identity';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async (event) => {
	const owned = await requireOwned(event, event.params.id);
	await readJson(event.request, EmptyBody);
	return startIdv(event, owned);
});
