import type { Config } from '../../lib/server/config/parse';
import { internalUrl } from '../../lib/server/sts/addresses';
import { proxyFor } from '../../lib/server/upstream/egress';

/** Endpoints that the portal itself calls (OpenID Connect Discovery 3, RFC 8414 2, RFC 9126 5). */
const CALLED_ENDPOINTS = [
	'token_endpoint',
	'jwks_uri',
	'pushed_authorization_request_endpoint',
	'revocation_endpoint',
	'introspection_endpoint',
	'userinfo_endpoint'
];
/** Endpoints for browsers; of the server's programs only the doctor calls them. */
export const BROWSER_ENDPOINTS = ['authorization_endpoint', 'end_session_endpoint'];
const TIME_LIMIT_MS = 3000;
const MAX_BYTES = 1024 * 1024;

/**
 * Reads the URLs of the STS's endpoints from its discovery document, because Deno grants network addresses only when a process starts.
 * Sends one request without redirects, for at most 3 s.
 * @param more names of endpoints in addition to those that the portal calls
 * @throws if discovery fails, or the issuer is not the configured one
 */
export async function discoverEndpoints(
	{ sts, proxies }: Pick<Config, 'sts' | 'proxies'>,
	more: readonly string[] = []
): Promise<string[]> {
	const url = new URL(`${sts.internal.replace(/(?<!\/)\/+$/, '')}/.well-known/openid-configuration`);
	const proxy = proxyFor(url, proxies);
	const response = await fetch(url, {
		redirect: 'manual',
		signal: AbortSignal.timeout(TIME_LIMIT_MS),
		headers: { accept: 'application/json' },
		...(proxy !== undefined && { client: Deno.createHttpClient({ proxy: { url: proxy } }) })
	});
	if (response.status !== 200) throw new Error(`discovery has status ${response.status}`);
	return endpointsOf(JSON.parse(await readText(response)), sts, more);
}

/**
 * Returns the http(s) URLs of a discovery document's endpoints, as this server reaches them.
 * @throws if the document has another issuer
 */
export function endpointsOf(
	metadata: unknown,
	sts: Pick<Config['sts'], 'issuer' | 'internal'>,
	more: readonly string[] = []
): string[] {
	if (typeof metadata !== 'object' || metadata === null) throw new Error('discovery is not a JSON object');
	const found = new Map<string, unknown>(Object.entries(metadata));
	if (found.get('issuer') !== sts.issuer) throw new Error('discovery names another issuer than STS_ISSUER_URL');
	return [...CALLED_ENDPOINTS, ...more]
		.map((name) => found.get(name))
		.filter((value) => typeof value === 'string')
		.filter(isGrantable)
		.map((value) => internalUrl(value.trim(), sts));
}

/** The host of a URL may contain `*` or a comma (WHATWG URL 3.2), which have another meaning in a list of permissions. */
function isGrantable(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	return /^https?:$/.test(protocol) && /^(?:[\w.-]+|\[[\da-f:]+\])$/.test(hostname);
}

async function readText({ body }: Response): Promise<string> {
	const decoder = new TextDecoder();
	let text = '';
	let bytes = 0;
	for await (const chunk of body ?? []) {
		bytes += chunk.byteLength;
		if (bytes > MAX_BYTES) throw new Error('discovery is too large');
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}
