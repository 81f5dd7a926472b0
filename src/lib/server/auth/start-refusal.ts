import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { pageInstead, seeOther } from '../http/endpoint';
import { withDefaultHeaders } from '../http/headers';
import { log } from '../log';
import { newestReturnPath } from '../wallet/owned-sessions';
import type { SignInRefusal } from './begin';
import { loginPath } from './login-path';
import { hasLoginCookie } from './login-transaction';

/** The login page, with the reason why a sign-in was not started, and with the return path. */
export async function refusalPage(
	event: RequestEvent,
	{ error, headers = {} }: SignInRefusal,
	wanted: string | null
): Promise<Response> {
	const { requestId } = event.locals;
	// A sign-in with a wallet is started without one: the wallet session has it.
	const returnTo = wanted ?? (await newestReturnPath(event.cookies));
	if (error === 'login_first' && !keepsNoCookies(event)) return seeOther(loginPath(returnTo));
	const code = error === 'login_first' ? 'cookies_required' : error === 'not_found' ? 'sign_in_failed' : error;
	log.info('a sign-in was not started', { requestId, code });
	const path = loginPath(returnTo, { error: code, requestId });
	return code === 'rate_limited' ? withDefaultHeaders(await pageInstead(event, path, 429), headers) : seeOther(path);
}

/** A click on a page of ours, which had set a cookie, without that cookie. Without this the login page would repeat for ever. */
function keepsNoCookies({ request, cookies }: RequestEvent): boolean {
	const { headers } = request;
	const isOwnClick =
		headers.get('sec-fetch-site') === 'same-origin' || (headers.get('referer') ?? '').startsWith(`${config().origin}/`);
	return isOwnClick && !hasLoginCookie(cookies);
}
