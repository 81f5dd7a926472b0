import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { endSignIn } from '$lib/server/auth/callback';
import { keepFlow } from '$lib/server/auth/sign-in-flow';
import type { Session } from '$lib/server/auth/session';
import { type SignInOptions, startSignIn } from '$lib/server/auth/sign-in';
import { requestEvent } from '../../../harness/request-event';
import { configure } from '../configured';
import { fakeSts, ISSUER } from './fake-sts';

export const MINUTE_MS = 60_000;
export const startMs = Date.now();
export const sts = await fakeSts();
vi.stubGlobal('fetch', sts.fetch);
// Once for the file: the store keeps the clock that it was made with.
beforeAll(() => vi.useFakeTimers({ toFake: ['Date', 'performance'] }));
afterAll(() => vi.useRealTimers());
beforeEach(() => {
	sts.behaviour = {};
	sts.tokenRequests = [];
	sts.requests = [];
});
afterEach(() => {
	vi.restoreAllMocks();
	configure();
	vi.setSystemTime(startMs);
});

export async function started(options: Partial<SignInOptions> = {}, cookies = 'portal.login=x') {
	const event = requestEvent({ cookie: cookies });
	const start = await startSignIn({ provider: 'sts', returnTo: '/help?x=1', ...options }, 'r0');
	if ('error' in start) throw new Error(start.error);
	keepFlow(event.cookies, start.flow);
	return { query: sts.authorize(new URL(start.url)), cookie: event.cookies.next(), flow: start.flow };
}

export async function returned(query: URLSearchParams, cookie: string, session: Session | null = null) {
	const event = requestEvent({ path: `/api/auth/callback/sts?${query}`, cookie, session });
	const path = await endSignIn(event, 'sts');
	return { path, session: event.locals.session, cookie: event.cookies.next(), cookies: event.cookies };
}

export const failed = (error: string) =>
	`/login?${new URLSearchParams({ error, returnTo: '/help?x=1', helpCode: 'r1' })}`;
export const refused = (query: URLSearchParams, error: string, description = 'raw text') =>
	new URLSearchParams({ state: query.get('state') ?? '', error, error_description: description, iss: ISSUER });
