import type { ClientRequest, ClientResponse, Send } from '$lib/server/upstream/client';

/** What a test responds to requests with. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Stands in for the connections of the HTTP client: requests go to the global `fetch`, which a test replaces. */
export const createConnections = (): Send => send;

function send({ url, method, headers, body, signal }: ClientRequest): Promise<ClientResponse> {
	return fetch(String(url), requestInit({ method, headers, body, signal }));
}

/** The same with another function for requests that change something. */
export function sendBy(change: Fetch) {
	return ({ url, method, headers, body, signal }: Omit<ClientRequest, 'reuse'>): Promise<ClientResponse> =>
		(method === 'GET' ? fetch : change)(String(url), requestInit({ method, headers, body, signal }));
}

function requestInit({ method, headers, body, signal }: Omit<ClientRequest, 'url'>): RequestInit {
	return { method, headers: headers ?? {}, body: body as string | null, signal, redirect: 'manual' };
}
