import type { Context, Grant } from 'oidc-provider';

/**
 * Grants what was asked for, without a page. Each sign-in gets a grant of its own, so that a refresh token used
 * twice ends that sign-in and not the person's other ones.
 */
export async function grantEverything({ oidc }: Context): Promise<Grant> {
	const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
	grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
	grant.addOIDCClaims([...oidc.requestParamClaims]);
	for (const [resource, { scope }] of Object.entries(oidc.resourceServers)) grant.addResourceScope(resource, scope);
	await grant.save();
	return grant;
}
