import { brandAddress, type BrandFile, brandFiles } from '../brand';
import type { Handle } from './sequence';
import { IMMUTABLE } from '../http/headers';

/**
 * Serves the institution's stylesheet and logo, and inserts the stylesheet's address into every page. It runs before the
 * session handle: a response that any cache may store must never carry a cookie.
 */
export const brand: Handle = ({ event, resolve }) => {
	const { request, url } = event;
	const isRead = request.method === 'GET' || request.method === 'HEAD';
	const file = isRead ? fileFor(url.pathname) : undefined;
	if (file) return response(file, url.pathname, request);
	return resolve(event, {
		transformPageChunk: ({ html }) => html.replace('%theme%', brandAddress('theme') ?? '')
	});
};

/**
 * Ignores the digest in the path: an instance with an earlier or later configuration may have named the file by another
 * digest.
 */
function fileFor(path: string): BrandFile | undefined {
	const name = /^\/brand\/([a-z-]+)\.[\w-]{16}\.[a-z]+$/.exec(path)?.[1];
	return brandFiles().find((file) => file.name === name);
}

function response({ address, type, digest, body }: BrandFile, path: string, request: Request): Response {
	const etag = `"${digest}"`;
	const headers = { etag, 'cache-control': path === address ? IMMUTABLE : 'no-cache' };
	const known = request.headers.get('if-none-match')?.split(',') ?? [];
	if (known.some((tag) => tag.trim().replace(/^W\//, '') === etag)) return new Response(null, { status: 304, headers });
	return new Response(request.method === 'HEAD' ? null : body, {
		headers: { ...headers, 'content-type': type, 'content-length': String(body.length) }
	});
}
