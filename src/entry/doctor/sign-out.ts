import type { AuthorizationServer } from 'oauth4webapi';
import type { Config } from '../../lib/server/config/parse';
import { stsFetch } from '../../lib/server/sts/metadata';
import { exchangeWithSts } from './exchange';
import { type Finding, good, warning, wrong } from './finding';

/** Whether the STS sends browsers back after signing out (OIDC RP-Initiated Logout 2). Without a session nothing ends. */
export async function examineSignOut(
	{ sts, origin }: Pick<Config, 'sts' | 'origin'>,
	{ end_session_endpoint: endpoint }: AuthorizationServer
): Promise<readonly Finding[]> {
	if (endpoint === undefined) return [];
	const target = `${origin}/`;
	const url = new URL(endpoint);
	url.searchParams.set('client_id', sts.clientId);
	url.searchParams.set('post_logout_redirect_uri', target);
	url.searchParams.set('state', 'signed_out');
	const response = await exchangeWithSts(url, () => stsFetch(url));
	if ('failure' in response)
		return [
			warning(
				'sts.sign-out',
				`The sign-out page of the STS can’t be reached: ${response.failure.reason}.`,
				response.failure.advice
			)
		];
	const { status } = response.reply;
	if (status < 400) return [good('sts.sign-out', `The STS sends browsers back to ${target} after signing out.`)];
	if (sts.signOutIdTokenHint)
		return [
			warning(
				'sts.sign-out',
				`The sign-out page of the STS responds with status ${status} to a request without an ID token. This does not show whether ${target} is registered.`,
				'Sign out once to see whether it is registered.'
			)
		];
	return [
		wrong(
			'sts.sign-out',
			`The sign-out page of the STS refuses to send browsers back to ${target} (status ${status}).`,
			'Register exactly this address as a post-logout redirect URI; if the STS insists on an ID token, set SIGN_OUT_ID_TOKEN_HINT=true.'
		)
	];
}
