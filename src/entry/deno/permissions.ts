import { environmentNames } from '../../lib/server/config/environment';
import { isHost } from '../../lib/server/config/fields';
import type { Config } from '../../lib/server/config/parse';
import { hostAndPort, listenAddress } from '../listen';
import { libraryNames } from './environment';
import { discoveryUrl, internalUrl } from '../../lib/server/sts/addresses';
import { proxyFor } from '../../lib/server/upstream/egress';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
const REDIS_PORT = '6379';

/**
 * The minimal permissions of the Deno build: to listen on its address, and on that for metrics; to connect to the STS, the
 * Auth Bridge, backends, the store and proxies; to read its own code and public files, the variables of its configuration,
 * and the files with its secrets. It can't run programs, read system information, import remote code, or write files other
 * than the Deno KV store.
 * @param folder the folder of the Deno build
 * @param endpoints URLs from the STS's discovery document, which may be on other hosts than the issuer
 */
export function permissionFlags(config: Config, folder: string, endpoints: readonly string[] = []): string[] {
	const { redisUrl, denoKv } = config.store;
	const { issuer, internal, hosts } = config.sts;
	const sts = [issuer, internal, ...hosts.map((host) => `https://${host}`), ...endpoints];
	const services = [config.bridge.url, ...config.backends.map(({ url }) => url)];
	const others = [redisUrl, config.proxies.https, config.proxies.http].filter((url) => url !== undefined);
	const own = [config.listen, ...(config.metrics ? [config.metrics] : [])].map((one) =>
		hostAndPort(listenAddress(one))
	);
	const net = [...own, ...[...sts, ...services, ...others].map(peerOf)];
	const kvFile = denoKv !== undefined && denoKv !== 'default' ? [denoKv] : [];
	const folders = ['client', 'server'].map((name) => `${folder}/${name}`);
	return [
		'--no-prompt',
		// A deno.json or package.json in a parent folder would make Deno install packages first.
		'--no-config',
		'--node-modules-dir=none',
		'--no-remote',
		'--cached-only',
		'--unstable-no-legacy-abort',
		...(denoKv === undefined ? [] : ['--unstable-kv']),
		permission('net', [...new Set(net)]),
		permission('read', [...folders, ...kvFile, ...config.secretFiles]),
		...kvFile.map((file) => permission('write', [file])),
		permission('env', [...environmentNames, ...libraryNames])
	];
}

/** A comma separates two values, and two commas are one in a value: a path may contain it. */
function permission(name: string, values: readonly string[]): string {
	return `--allow-${name}=${values.map((value) => value.replaceAll(',', ',,')).join(',')}`;
}

/** `host:port`: a host without a port would grant all ports. */
function peerOf(address: string): string {
	const { hostname, port, protocol } = new URL(address);
	return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? REDIS_PORT)}`;
}

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
	const url = new URL(discoveryUrl(sts.internal));
	const response = await fetch(url, {
		redirect: 'manual',
		signal: AbortSignal.timeout(TIME_LIMIT_MS),
		headers: { accept: 'application/json' },
		client: createClient(proxyFor(url, proxies))
	});
	if (response.status !== 200) throw new Error(`discovery has status ${response.status}`);
	return endpointsOf(JSON.parse(await readText(response)), sts, more);
}

/** The variables of proxies, in capitals and in lower case. */
const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
	name,
	name.toLowerCase()
]);

/**
 * Creates a client with exactly this proxy. Deno adds the proxies and exceptions of the environment when a client is created, also beside
 * a given proxy, and by other rules than the portal's: these variables are removed meanwhile.
 */
function createClient(proxy: string | undefined): Deno.HttpClient {
	const values = PROXY_NAMES.map((name) => [name, Deno.env.get(name)] as const);
	for (const name of PROXY_NAMES) Deno.env.delete(name);
	try {
		return Deno.createHttpClient(proxy === undefined ? {} : { proxy: { url: proxy } });
	} finally {
		for (const [name, value] of values) if (value !== undefined) Deno.env.set(name, value);
	}
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
	if (hrefOf(found.get('issuer')) !== hrefOf(sts.issuer))
		throw new Error('discovery names another issuer than STS_ISSUER_URL');
	return [...CALLED_ENDPOINTS, ...more]
		.map((name) => found.get(name))
		.filter((value) => typeof value === 'string')
		.filter(isGrantable)
		.map((value) => internalUrl(value.trim(), sts));
}

/** The portal compares the issuer in discovery in the same way, on both runtimes (`oauth4webapi`): `https://sts.example` has a slash as path. */
function hrefOf(issuer: unknown): string | undefined {
	return typeof issuer === 'string' && URL.canParse(issuer) ? new URL(issuer).href : undefined;
}

/** Deno does not start with a permission for another host, such as one with `*`, which a URL may have (WHATWG URL 3.2). */
function isGrantable(address: string): boolean {
	if (!URL.canParse(address)) return false;
	const { protocol, hostname } = new URL(address);
	return /^https?:$/.test(protocol) && isHost(hostname);
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
