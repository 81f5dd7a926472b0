import { environmentNames } from '../../lib/server/config/environment';
import type { Config } from '../../lib/server/config/parse';
import { hostAndPort, listenAddress } from '../listen-address';
import { libraryNames } from './environment';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
const REDIS_PORT = '6379';

/**
 * The minimal permissions of the Deno build: to listen on its address, and on that for metrics; to connect to the STS, the Auth Bridge, backends, the store and
 * proxies; to read its own code and public files, the variables of its configuration, and the files with its secrets. It can't run programs, read system
 * information, import remote code, or write files other than the Deno KV store.
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
	const folders = ['client', 'prerendered', 'server'].map((name) => `${folder}/${name}`);
	return [
		'--no-prompt',
		// A deno.json or package.json in a parent folder would make Deno install packages first.
		'--no-config',
		'--node-modules-dir=none',
		'--no-remote',
		'--cached-only',
		'--unstable-no-legacy-abort',
		...(denoKv === undefined ? [] : ['--unstable-kv']),
		`--allow-net=${[...new Set(net)].join(',')}`,
		`--allow-read=${[...folders, ...kvFile, ...config.secretFiles].join(',')}`,
		...kvFile.map((file) => `--allow-write=${file}`),
		`--allow-env=${[...environmentNames, ...libraryNames].join(',')}`
	];
}

/** `host:port`: a host without a port would grant all ports. */
function peerOf(address: string): string {
	const { hostname, port, protocol } = new URL(address);
	return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? REDIS_PORT)}`;
}
