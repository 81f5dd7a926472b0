import { endpoint } from '$lib/server/http/endpoint';
import { bridge, credentialFor } from '$lib/server/wallet/bridge';
import { requireOwned } from '$lib/server/wallet/caller';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async (event) => {
	const { id } = await requireOwned(event, event.params.id);
	const found = await bridge().readIdvStatus(id, credentialFor(event.locals));
	const { sessionId, status, planType, reason, candidates } = found;
	return { sessionId, status, planType, reason, ...(candidates.length > 0 && { candidates }) };
});
