import * as oauth from 'oauth4webapi';
import { config } from '../config';
import type { ClientAtSts } from '../config/service-client';
import { fetchOnce } from '../http/fetch-once';
import { currentTraceparent } from '../http/traceparent';
import { upstreamCall } from '../upstream-call';
import { internalUrl, publicUrl } from './addresses';

/** How long discovery is trusted before it is read again. */
const FRESH_MS = 5 * 60_000;

let cached: { readonly answer: Promise<oauth.AuthorizationServer>; readonly untilMs: number } | undefined;

/** The libraries write out options that are absent; `fetch` takes them so. */
type FetchOptions = { readonly [Option in keyof RequestInit]: RequestInit[Option] | undefined };

/** `fetch` towards the STS: the internal address, a time limit, no redirects, a trace, and what changes something is sent once. */
export function stsFetch(input: string | URL | Request, init: FetchOptions = {}): Promise<Response> {
	const { sts } = config();
	const url = internalUrl(input instanceof Request ? input.url : String(input), sts);
	const timeLimit = AbortSignal.timeout(sts.timeoutMs);
	const signal = init.signal ? AbortSignal.any([init.signal, timeLimit]) : timeLimit;
	const { method = 'GET', body } = init;
	return upstreamCall({ upstream: 'sts', traceparent: currentTraceparent() }, (traceparent) => {
		const headers = new Headers(init.headers);
		if (traceparent !== undefined) headers.set('traceparent', traceparent);
		if (method === 'GET') return fetch(url, { headers, redirect: 'manual', signal });
		return fetchOnce(url, { method, headers, signal, body: body as string | URLSearchParams | null });
	});
}

/** What every call of `oauth4webapi` needs here; plain http is the operator's choice, made in the configuration. */
export const stsCall = {
	[oauth.customFetch]: stsFetch,
	// eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out: an internal STS address is often plain http
	[oauth.allowInsecureRequests]: true
} as const;

/** A client of the configuration, with the authentication method the STS knows (RFC 6749 2.3.1). */
export function clientOf({ clientId, clientSecret, clientAuth }: ClientAtSts) {
	const client: oauth.Client = { client_id: clientId, token_endpoint_auth_method: clientAuth };
	const show = clientAuth === 'client_secret_basic' ? oauth.ClientSecretBasic : oauth.ClientSecretPost;
	return { client, authentication: show(clientSecret) };
}

/** The portal as an OAuth client. */
export function stsClient() {
	return clientOf(config().sts);
}

/**
 * The STS's metadata (OpenID Connect Discovery 4), shared by concurrent callers and kept for five minutes;
 * a failure is not kept. Addresses that a browser follows are public ones.
 * @throws what `fetch` or `oauth4webapi` throw when the STS can't be reached or is not the configured issuer
 */
export function stsMetadata(nowMs = Date.now()): Promise<oauth.AuthorizationServer> {
	if (cached && nowMs < cached.untilMs) return cached.answer;
	const answer = discover();
	const entry = { answer, untilMs: nowMs + FRESH_MS };
	cached = entry;
	answer.catch(() => {
		if (cached === entry) cached = undefined;
	});
	return answer;
}

async function discover(): Promise<oauth.AuthorizationServer> {
	const { sts } = config();
	const issuer = new URL(sts.issuer);
	const found = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, stsCall));
	return {
		...found,
		...(found.authorization_endpoint && { authorization_endpoint: publicUrl(found.authorization_endpoint, sts) }),
		...(found.end_session_endpoint && { end_session_endpoint: publicUrl(found.end_session_endpoint, sts) })
	};
}
