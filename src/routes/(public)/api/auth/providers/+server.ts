import { providerList } from '$lib/server/auth/oidc-client';
import { config } from '$lib/server/config';
import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async () => {
	const { institution, wallet } = config().signInMethods;
	const { sts, 'sts-wallet': stsWallet } = (await providerList()) as Record<string, unknown>;
	return { ...(institution && { sts }), ...(wallet && { 'sts-wallet': stsWallet }) };
});
