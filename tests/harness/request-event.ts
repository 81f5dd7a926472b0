import type { RequestEvent } from '@sveltejs/kit';
import type { ApiClient } from '../../src/lib/server/sts/tokens';
import type { Session } from '../../src/lib/server/auth/session';
import { type FakeCookies, fakeCookies } from './cookies';

export interface EventOptions {
	readonly path?: string;
	readonly method?: string;
	/** Sent as JSON. */
	readonly json?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
	/** The `Cookie` header. */
	readonly cookie?: string;
	readonly session?: Session | null;
	readonly apiClient?: ApiClient;
	readonly routeId?: string | null;
	readonly origin?: string;
}

type FakeEvent = RequestEvent & { readonly cookies: FakeCookies };

/** The part of Kit's event that the server's own functions use. */
export function requestEvent(options: EventOptions = {}): FakeEvent {
	const {
		path = '/',
		method = 'GET',
		json,
		cookie,
		session = null,
		apiClient,
		routeId = null,
		origin = 'http://localhost:3000'
	} = options;
	const url = new URL(path, origin);
	const headers = new Headers(options.headers);
	if (json !== undefined) headers.set('content-type', 'application/json');
	if (cookie) headers.set('cookie', cookie);
	return {
		url,
		request: new Request(url, { method, headers, body: json === undefined ? null : JSON.stringify(json) }),
		cookies: fakeCookies(cookie),
		locals: { requestId: 'r1', locale: () => 'en', session, ...(apiClient && { apiClient }) },
		route: { id: routeId },
		setHeaders: () => undefined,
		getClientAddress: () => '192.0.2.1'
	} as unknown as FakeEvent;
}
