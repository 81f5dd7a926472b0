import type * as v from 'valibot';
import { type Created, sessionOptions } from '$lib/server/api/schemas';
import { config } from '$lib/server/config';
import { endpoint, reply } from '$lib/server/http/endpoint';
import { readJson } from '$lib/server/http/body';
import { AFTER_SIGN_IN } from '$lib/server/http/return-path';
import { detailsOf, requireWalletCaller } from '$lib/server/wallet/owned-sessions';
import { createWalletSession, qrDataUri } from '$lib/server/wallet/create-session';
import { digitalRequest } from '$lib/wallet/dc-api';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async (event) => {
	requireWalletCaller(event);
	const wanted = await readJson(event.request, sessionOptions());
	const owned = await createWalletSession(event, { ...wanted, returnTo: AFTER_SIGN_IN });
	const { requestedClaims, dcRequest } = await detailsOf(owned);
	// Wallets respond to the portal's own origin only, so an API client has no use for the request.
	const dcApi = dcRequest === null || event.locals.apiClient ? null : digitalRequest(dcRequest);
	return reply(201, {
		sessionId: owned.id,
		status: 'PENDING',
		requestUri: owned.requestUri,
		qrCodeDataUri: qrDataUri(owned.requestUri),
		qrPageUri: `${config().origin}/login/wallet`,
		statusUri: `/api/wallet/sessions/${owned.id}/status`,
		expiresInMs: owned.expiresAt - owned.startedAt,
		...(requestedClaims.length > 0 && { requestedClaims }),
		...(dcApi && { dcApi })
	} satisfies v.InferOutput<typeof Created>);
});
