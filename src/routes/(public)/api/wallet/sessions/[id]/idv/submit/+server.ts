import { IdvSubmission } from '$lib/server/bridge/request';
import { endpoint } from '$lib/server/http/endpoint';
import { readJson } from '$lib/server/http/body';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import { submitIdv } from '$lib/server/wallet/identity';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async (event) => {
	const owned = await requireOwned(event, event.params.id);
	const submission = await readJson(event.request, IdvSubmission);
	return submitIdv(event, owned, submission);
});
