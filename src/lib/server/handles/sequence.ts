import type { Handle as KitHandle, RequestEvent, ResolveOptions } from '@sveltejs/kit';

/** Kit's `Handle`, where `resolve` accepts no other options than those that a sequence supports. */
export type Handle = (input: {
	event: RequestEvent;
	resolve: (event: RequestEvent, options?: Pick<ResolveOptions, 'transformPageChunk'>) => Response | Promise<Response>;
}) => Response | Promise<Response>;

/**
 * Nests handles, the first outermost. It works like Kit's `sequence`, but without what that adds to each handle for Kit's
 * own tracing, which is off here: a span, a copy of the event and a request store (`docs/performance.md`). Of the options
 * of `resolve` only `transformPageChunk` is supported. The innermost handle transforms a chunk first.
 */
export function sequenceOf(...handles: readonly Handle[]): KitHandle {
	return ({ event, resolve }) => step(handles, 0, event, resolve, undefined);
}

/**
 * What Kit lists in the `Link` header of a page. The names of script modules would take 1.5 kB of the response head, and
 * proxies such as nginx accept 4 kB by default, including the session cookie. The letters of `latin-ext` occur in names only.
 */
const preload: NonNullable<ResolveOptions['preload']> = ({ type, path }) =>
	type === 'css' || (type === 'font' && !path.includes('latin-ext'));

type Resolve = Parameters<KitHandle>[0]['resolve'];
type Transform = ResolveOptions['transformPageChunk'];

function step(
	handles: readonly Handle[],
	index: number,
	event: RequestEvent,
	resolve: Resolve,
	outer: Transform
): Response | Promise<Response> {
	const handle = handles[index];
	if (!handle) return resolve(event, { preload, ...(outer && { transformPageChunk: outer }) });
	return handle({
		event,
		resolve: (_, options) => step(handles, index + 1, event, resolve, both(options?.transformPageChunk, outer))
	});
}

function both(inner: Transform, outer: Transform): Transform {
	if (!inner || !outer) return inner ?? outer;
	return async ({ html, done }) => outer({ html: (await inner({ html, done })) ?? '', done });
}
