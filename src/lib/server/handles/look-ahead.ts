import type { RouteId } from '$app/types';
import { problemResponse } from '../http/problem';
import { isLookAhead } from '../http/request';
import type { Handle } from './sequence';

/** Every route whose GET consumes something: a code, a verified wallet session, a cookie that is read once. */
const consumingRoutes: ReadonlySet<string> = new Set<RouteId>([
	'/(public)/api/auth/callback/[provider]',
	'/(public)/api/wallet/sessions/[id]/idv/callback',
	'/(public)/login/continue',
	'/(public)/login/identity',
	'/(public)/login/identity/view',
	'/(public)/login/start',
	'/(public)/login/wallet',
	'/(public)/login/wallet/view',
	'/(public)/signed-out'
]);

/**
 * Whether a request is a return from identity verification, which ends its only round (`wallet/identity-page.ts`), or from
 * a sign-out at the STS.
 */
const isReturn = (routeId: RouteId | null, query: URLSearchParams) =>
	(routeId === '/(public)/login' && query.has('wallet_session')) || (routeId === '/(public)' && query.has('state'));

/**
 * Responds to `HEAD` and prefetches of these routes without running them, so that they change nothing upstream and set no
 * cookies. Runs before the session is read, so that no tokens are refreshed either.
 */
export const lookAhead: Handle = ({ event, resolve }) => {
	const { locals, request, route, url } = event;
	const isConsuming = consumingRoutes.has(route.id ?? '') || isReturn(route.id, url.searchParams);
	if (!isConsuming || !isLookAhead(request)) return resolve(event);
	if (request.method === 'HEAD') return new Response(null, { status: 204 });
	// The browser discards it, and sends the request again when the person opens the page.
	return problemResponse('prefetch_refused', locals);
};
