import { endpoint } from '$lib/server/http/endpoint';
import { submitDcApi } from '$lib/server/wallet/dc-api';
import { requireOwned } from '$lib/server/wallet/owned-sessions';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async (event) =>
	submitDcApi(event, await requireOwned(event, event.params.id))
);
