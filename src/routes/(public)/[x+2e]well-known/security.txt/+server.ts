import { config } from '$lib/server/config';
import { securityText } from '$lib/server/config/security-contact';
import { endpoint } from '$lib/server/http/endpoint';
import { Problem } from '$lib/server/http/problem';
import type { RequestHandler } from './$types';

const ONE_HOUR = 'public, max-age=3600';

/** Whom to tell about a vulnerability of this portal (RFC 9116). */
export const GET: RequestHandler = endpoint(() => {
	const { origin, securityContact } = config();
	if (securityContact === null) throw new Problem('not_found');
	return new Response(securityText(securityContact, origin), {
		headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': ONE_HOUR }
	});
});
