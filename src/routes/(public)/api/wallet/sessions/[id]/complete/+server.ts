import { EmptyBody } from '$lib/server/api/schemas';
import { endpoint, reply } from '$lib/server/http/endpoint';
import { readJson } from '$lib/server/http/body';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import { completeWalletSession } from '$lib/server/wallet/sessions';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async (event) => {
	const owned = await requireOwned(event, event.params.id);
	await readJson(event.request, EmptyBody);
	const result = await completeWalletSession(event, owned);
	return result.kind === 'completed'
		? { sessionId: owned.id, status: 'COMPLETED', continueUrl: result.continueUrl }
		: reply(202, { sessionId: owned.id, status: 'IDV_REQUIRED', reason: result.reason });
});
