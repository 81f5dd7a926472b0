import { afterEach, beforeEach, vi } from 'vitest';
import { endSignIn } from '$lib/server/auth/callback';
import type { Provider, Session } from '$lib/server/auth/session';
import { keepFlow } from '$lib/server/auth/sign-in-flow';
import { type SignInOptions, startSignIn } from '$lib/server/auth/sign-in';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { fakeSts } from './fake-sts';

export const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);
beforeEach(() => {
	sts.behaviour = {};
	sts.tokenRequests = [];
});
afterEach(() => configure());

/** Starts a sign-in in a browser that holds these cookies. */
export async function started(options: Partial<SignInOptions> = {}, cookies = '') {
	const event = requestEvent({ cookie: cookies });
	const start = await startSignIn({ provider: 'sts', returnTo: '/account', ...options }, 'r0');
	if ('error' in start) throw new Error(start.error);
	keepFlow(event.cookies, start.flow);
	return {
		url: new URL(start.url),
		flow: start.flow,
		setCookies: event.cookies.setCookies(),
		cookie: event.cookies.next()
	};
}

export async function returned(
	query: URLSearchParams,
	cookie: string,
	provider: Provider = 'sts',
	session: Session | null = null
) {
	const event = requestEvent({ path: `/api/auth/callback/${provider}?${query}`, cookie, session });
	const path = await endSignIn(event, provider);
	return { path, event, session: event.locals.session, cookie: event.cookies.next() };
}
