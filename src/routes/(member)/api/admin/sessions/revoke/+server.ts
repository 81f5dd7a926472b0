import * as v from 'valibot';
import { Revocation, type RevocationResult } from '$lib/server/api/schemas';
import { audit } from '$lib/server/audit';
import { revokeAll, revokeUser } from '$lib/server/auth/revoked-sessions';
import { config } from '$lib/server/config';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import { consumeAdminQuota } from '$lib/server/http/rate-limit';
import { readJson } from '$lib/server/http/body';
import { storeState } from '$lib/server/store';
import type { RequestHandler } from './$types';

/** Ends the sessions of a person, or of everybody, for an API client of the operator. */
export const POST: RequestHandler = endpoint(async ({ locals, request }) => {
	const client = requireAdmin(locals);
	await consumeAdminQuota(client);
	const body = v.safeParse(Revocation, await readJson(request, v.looseObject({})));
	if (!body.success)
		throw new Problem('invalid_request', {
			message: 'Send either {"userId": "…"} or {"all": true}, and nothing else.'
		});
	const userId = 'userId' in body.output ? body.output.userId : undefined;
	await (userId === undefined ? revokeAll() : revokeUser(userId));
	const state = await storeState();
	const target = userId === undefined ? 'all' : 'user';
	audit('admin.sessions_revoked', { userId, target, client }, locals);
	return {
		revoked: target,
		reach: state === 'up' ? 'all_instances' : 'this_instance',
		pending: state === 'down'
	} satisfies v.InferOutput<typeof RevocationResult>;
});

/**
 * The client id of the operator's API client.
 * @throws {Problem} `unauthorized` without an access token; `forbidden` for the token of a person, or of another client
 */
function requireAdmin(locals: App.Locals): string {
	const { apiClient } = locals;
	if (!apiClient) throw new Problem('unauthorized');
	const reason = !apiClient.isService ? 'token_of_person' : 'client_not_listed';
	if (apiClient.isService && config().adminClientIds.includes(apiClient.clientId)) return apiClient.clientId;
	audit('admin.refused', { client: apiClient.clientId, reason }, locals);
	throw new Problem('forbidden');
}
