import * as oauth from 'oauth4webapi';
import { config } from '../config';
import { describeCause } from '../error-fields';
import { log } from '../log';
import { currentTraceparent, upstreamCall } from '../upstream/tracing';
import { exchange } from '../upstream/client';
import { UpstreamError } from '../http/upstream-error';
import { DISCOVERY_PATH, internalUrl, isSameIssuer, publicUrl } from './addresses';
import { lenientResponse, readMetadata } from './responses';

/** Far more than any discovery document, key set, list of institutions or token response needs. */
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Sign-in requires these members (OpenID Connect Discovery 3). */
export const REQUIRED_METADATA = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

const FORM_TYPE = 'application/x-www-form-urlencoded;charset=UTF-8';

/** How long metadata is used before it is read again. */
export const FRESH_MS = 5 * 60_000;
/** How long the last valid metadata is used while it can't be read. */
export const MAX_STALE_MS = 24 * 60 * 60_000;
/** How long after a failure it is read again, and how often a missing endpoint can cause another read. */
export const RETRY_MS = 10_000;

const metadata = createMetadataCache<oauth.AuthorizationServer>({
	load: discover,
	onStale: (cause) =>
		log.warn('the discovery document of the STS could not be read: the last good one is used for up to a day', {
			cause: describeCause(cause)
		})
});

/** The libraries pass absent options as `undefined`, which `fetch` accepts. */
type FetchOptions = { readonly [Option in keyof RequestInit]: RequestInit[Option] | undefined };

/**
 * `fetch` for the STS: to its internal address, within the time limit, without following redirects, and with a
 * `traceparent`. The body of the response has been read completely.
 * @param operation names calls that need no client authentication in the metrics: alerts leave their 401 out
 * @throws {UpstreamError}
 */
export function stsFetch(
	input: string | URL | Request,
	init: FetchOptions = {},
	operation?: string
): Promise<Response> {
	const { sts } = config();
	const url = internalUrl(input instanceof Request ? input.url : String(input), sts);
	const { method = 'GET', body, signal } = init;
	return upstreamCall(
		{ upstream: 'sts', ...(operation !== undefined && { operation }), traceparent: currentTraceparent() },
		async (traceparent) => {
			const headers = new Headers(init.headers);
			if (traceparent !== undefined) headers.set('traceparent', traceparent);
			if (body instanceof URLSearchParams && !headers.has('content-type')) headers.set('content-type', FORM_TYPE);
			const response = await exchange({
				method,
				url,
				headers: Object.fromEntries(headers),
				body: (body as string | URLSearchParams | null | undefined)?.toString(),
				timeoutMs: sts.timeoutMs,
				maxBytes: MAX_RESPONSE_BYTES,
				...(signal && { signal })
			});
			const { status } = response;
			return new Response([204, 205, 304].includes(status) ? null : response.text, {
				status,
				headers: response.headers
			});
		}
	);
}

/**
 * `stsFetch` for endpoints that the metadata names. If one responds with 404, the next use of the metadata reads it again.
 */
export async function endpointFetch(input: string | URL | Request, init?: FetchOptions): Promise<Response> {
	const response = await stsFetch(input, init);
	const { pathname } = new URL(input instanceof Request ? input.url : input);
	if (response.status === 404 && !pathname.endsWith(DISCOVERY_PATH)) metadata.endpointIsGone();
	return response;
}

/**
 * The options of every `oauth4webapi` call. Plain http is allowed, because the operator decides that in the configuration.
 */
export const stsCall = {
	[oauth.customFetch]: async (input: string | URL | Request, init?: FetchOptions) =>
		lenientResponse(await endpointFetch(input, init)),
	// eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to stand out: an internal STS address is often plain http
	[oauth.allowInsecureRequests]: true
} as const;

/**
 * The STS's metadata (OpenID Connect Discovery 4). It is cached for five minutes, or for a day while it can't be read. URLs that a
 * browser follows are public addresses.
 * @throws {UpstreamError}, or what `oauth4webapi` throws, if the STS can't be reached or is not the configured issuer
 */
export const stsMetadata = (): Promise<oauth.AuthorizationServer> => metadata.current();

/**
 * The known metadata, or that with this issuer if the STS has it by now. An STS without a path may add the slash of `https://sts.example/`
 * to its issuer or remove it, and issuers in tokens and callbacks must be exactly the one in discovery (OpenID Connect Core
 * 3.1.3.7, RFC 9207 2.4). Until discovery is read again, the cached issuer would refuse them all.
 * @param issuer as a token or a callback names it
 * @param from `sts`: it came over the portal's own connection to the STS; `untrusted`: anybody may have sent it, and causes
 * at most one read in ten seconds
 */
export async function metadataOf(
	issuer: unknown,
	known: oauth.AuthorizationServer,
	from: 'sts' | 'untrusted'
): Promise<oauth.AuthorizationServer> {
	if (issuer === known.issuer || !isSameIssuer(issuer, known.issuer)) return known;
	return metadata.reread(known, { isLimited: from === 'untrusted' });
}

async function discover(): Promise<oauth.AuthorizationServer> {
	const { sts } = config();
	const issuer = new URL(sts.issuer);
	const response = await oauth.discoveryRequest(issuer, stsCall);
	const { status } = response;
	if (status < 500 && status >= 300 && ![408, 429].includes(status))
		throw Object.assign(new UpstreamError('bad_shape', 'NO_DISCOVERY_DOCUMENT'), { status });
	const found = readMetadata(await oauth.processDiscoveryResponse(issuer, response));
	const missing = REQUIRED_METADATA.find((name) => found[name] === undefined);
	// An incomplete document is an error, so that the cached metadata stays in use.
	if (missing !== undefined) throw new UpstreamError('bad_shape', `NO_${missing.toUpperCase()}`);
	return {
		...found,
		...(found.authorization_endpoint && { authorization_endpoint: publicUrl(found.authorization_endpoint, sts) }),
		...(found.end_session_endpoint && { end_session_endpoint: publicUrl(found.end_session_endpoint, sts) })
	};
}

interface MetadataCacheOptions<Metadata> {
	readonly load: () => Promise<Metadata>;
	/** How long metadata is used before it is read again; five minutes if absent. */
	readonly freshMs?: number;
	/** Reports once per outage that old metadata is in use, with the cause. */
	readonly onStale: (cause: unknown) => void;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/**
 * Caches metadata that is read over the network. Concurrent callers share the first read. While it can't be read, the last valid
 * metadata is used for up to a day: the endpoints of a service rarely move, and its discovery document may fail alone.
 */
export function createMetadataCache<Metadata>({
	load,
	freshMs = FRESH_MS,
	onStale,
	now = () => performance.now()
}: MetadataCacheOptions<Metadata>) {
	let cached: { readonly metadata: Metadata; readonly loadedMs: number } | undefined;
	let loading: Promise<Metadata> | undefined;
	let attemptedMs = -Infinity;
	let isFailing = false;
	let isSuspect = false;

	function reload(): Promise<Metadata> {
		return (loading ??= attempt().finally(() => (loading = undefined)));
	}

	async function attempt(): Promise<Metadata> {
		attemptedMs = now();
		isSuspect = false;
		try {
			const metadata = await load();
			cached = { metadata, loadedMs: now() };
			isFailing = false;
			return metadata;
		} catch (cause) {
			if (cached && !isFailing) onStale(cause);
			isFailing = cached !== undefined;
			throw cause;
		}
	}

	return {
		/** @throws what `load` throws, if no metadata from the last day is cached */
		async current(): Promise<Metadata> {
			if (!cached) return reload();
			const { metadata, loadedMs } = cached;
			const ageMs = now() - loadedMs;
			if (ageMs < freshMs && !isSuspect) return metadata;
			if (ageMs >= MAX_STALE_MS) return reload();
			if (loading || (isFailing && now() < attemptedMs + RETRY_MS)) return metadata;
			const reloaded = reload().catch(() => metadata);
			// The caller that starts a refresh waits for it: the metadata may be hours old. After a failure, no caller waits.
			return isFailing ? metadata : reloaded;
		},

		/** Reports that an endpoint does not exist; it may have moved. The next use reads the metadata again. */
		endpointIsGone(): void {
			if (now() >= attemptedMs + RETRY_MS) isSuspect = true;
		},

		/**
		 * Reads metadata again that is known to be outdated. All callers wait for the same read, and a late one gets its result.
		 * @returns `known` if the metadata can't be read, or was read a moment ago and the number of reads is limited
		 */
		async reread(known: Metadata, { isLimited }: { readonly isLimited: boolean }): Promise<Metadata> {
			if (cached && cached.metadata !== known) return cached.metadata;
			const isTooSoon = !loading && now() < attemptedMs + RETRY_MS;
			return isLimited && isTooSoon ? known : reload().catch(() => known);
		}
	};
}
