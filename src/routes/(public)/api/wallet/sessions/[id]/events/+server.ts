import { endpoint } from '$lib/server/http/endpoint';
import { invalidField } from '$lib/server/http/problem';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import { eventStreams, walletEvents } from '$lib/server/wallet/events';
import type { RequestEvent, RequestHandler } from './$types';

const MAX_ALSO = 8;

/**
 * The sessions to follow: the one in the path, and those in `also`, other sessions of this browser separated by commas.
 * @throws {Problem} `invalid_request` for more than 8 of them
 */
async function sessionsOf(event: RequestEvent) {
	const others = event.url.searchParams.get('also')?.split(',', MAX_ALSO + 1) ?? [];
	if (others.length > MAX_ALSO) throw invalidField('also');
	const ids = new Set([event.params.id, ...others.filter(Boolean)]);
	return Promise.all([...ids].map((id) => requireOwned(event, id)));
}

export const GET: RequestHandler = endpoint(async (event) => walletEvents(event, await sessionsOf(event)));

export const HEAD: RequestHandler = endpoint(async (event) => {
	await sessionsOf(event);
	return eventStreams().head();
});
