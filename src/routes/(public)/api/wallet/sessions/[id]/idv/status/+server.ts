import { endpoint } from '$lib/server/http/endpoint';
import { bridge, credentialFor } from '$lib/server/wallet/bridge';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import { candidatesIn } from '$lib/server/wallet/identity';
import { requireUnused } from '$lib/server/auth/wallet-cookies';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async (event) => {
	const { id } = await requireOwned(event, event.params.id);
	await requireUnused(id);
	const found = await bridge().readIdvStatus(id, credentialFor(event.locals));
	const { sessionId, status, planType, reason, candidates } = found;
	// The labels are personal data: they are for the owning browser only, not for an API client.
	const isShown = candidates.length > 0 && !event.locals.apiClient;
	return {
		sessionId,
		status,
		planType,
		reason,
		...(isShown && { candidates: candidatesIn(event.locals.locale(), candidates) })
	};
});
