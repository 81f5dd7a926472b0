import { isLocale } from '$lib/i18n';
import { config } from '$lib/server/config';
import { endpoint } from '$lib/server/http/endpoint';
import { acceptsCoding } from '$lib/server/http/headers';
import { Problem } from '$lib/server/http/problem';
import { institutionFile } from '$lib/server/sts/institution-search';
import type { RequestHandler } from './$types';

/** As long as the portal itself uses a list. Not for shared caches: the response may carry a cookie of the session. */
const CACHE_CONTROL = 'private, max-age=60';

/**
 * The list of institutions in the language `lang`, for the script of the search field. It is the same for all clients. 503 if
 * no list is known.
 */
export const GET: RequestHandler = endpoint(async ({ locals, request, url }) => {
	if (!config().signInMethods.institution) throw new Problem('not_found');
	const lang = url.searchParams.get('lang');
	const file = await institutionFile(isLocale(lang) ? lang : locals.locale());
	if (file === null) throw new Problem('upstream_unavailable', { headers: { 'cache-control': 'no-store' } });
	const { json, gzip, digest, isEmpty } = file;
	const isCompressed = acceptsCoding(request.headers.get('accept-encoding'), 'gzip');
	const headers = {
		'cache-control': isEmpty ? 'no-store' : CACHE_CONTROL,
		etag: `"${digest}${isCompressed ? '-gzip' : ''}"`,
		vary: 'accept-encoding'
	};
	// Any variant of the same content.
	if (request.headers.get('if-none-match')?.includes(digest)) return new Response(null, { status: 304, headers });
	return new Response(isCompressed ? gzip : json, {
		headers: { ...headers, 'content-type': 'application/json', ...(isCompressed && { 'content-encoding': 'gzip' }) }
	});
});
