import { endpoint } from '$lib/server/http/endpoint';
import { requireOwned } from '$lib/server/wallet/caller';
import { eventStreams, walletEvents } from '$lib/server/wallet/events';
import type { RequestEvent, RequestHandler } from './$types';

/** `also`: other sessions of this browser, separated by commas, in the same stream. */
async function sessionsOf(event: RequestEvent) {
	const others = event.url.searchParams.get('also')?.split(',') ?? [];
	const ids = new Set([event.params.id, ...others.filter(Boolean)]);
	return Promise.all([...ids].map((id) => requireOwned(event, id)));
}

export const GET: RequestHandler = endpoint(async (event) => walletEvents(event, await sessionsOf(event)));

export const HEAD: RequestHandler = endpoint(async (event) => {
	await sessionsOf(event);
	return eventStreams().head();
});
