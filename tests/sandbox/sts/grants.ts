import type { Context, Grant } from 'oidc-provider';

/**
 * Grants the requested scopes without a page. Each sign-in gets a separate grant, so that a refresh token used twice ends
 * that sign-in only, and no others of the person.
 */
export async function grantEverything({ oidc }: Context): Promise<Grant> {
	const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId: oidc.client.clientId });
	grant.addOIDCScope([...oidc.requestParamOIDCScopes].join(' '));
	grant.addOIDCClaims([...oidc.requestParamClaims]);
	for (const [resource, { scope }] of Object.entries(oidc.resourceServers)) grant.addResourceScope(resource, scope);
	await grant.save();
	return grant;
}
