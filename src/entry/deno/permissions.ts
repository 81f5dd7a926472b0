import { hostAndPort, listenAddress } from '../listen-address';
import { environmentNames } from '../../lib/server/config/environment';
import type { Config } from '../../lib/server/config/parse';
import { libraryNames } from './environment';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
const REDIS_PORT = '6379';

/**
 * The least that the Deno build runs with: listen on one address, speak to STS, Bridge, backends, store and proxies, read
 * its own code and public files, see the variables of its configuration. No programs, no system information, nothing
 * fetched, nothing written but the file of a Deno KV store, where one is named.
 * @param folder the Deno build's own folder
 * @param endpoints of the STS, as its discovery names them: they may be on other hosts than its issuer
 */
export function permissionFlags(config: Config, folder: string, endpoints: readonly string[] = []): string[] {
	const { redisUrl, denoKv } = config.store;
	const { issuer, internal, hosts } = config.sts;
	const sts = [issuer, internal, ...hosts.map((host) => `https://${host}`), ...endpoints];
	const services = [config.bridge.url, ...config.backends.map(({ url }) => url)];
	const others = [redisUrl, config.proxies.https, config.proxies.http].filter((url) => url !== undefined);
	const net = [hostAndPort(listenAddress(config.listen)), ...[...sts, ...services, ...others].map(peerOf)];
	const kvFile = denoKv !== undefined && denoKv !== 'default' ? [denoKv] : [];
	const folders = ['client', 'prerendered', 'server'].map((name) => `${folder}/${name}`);
	return [
		'--no-prompt',
		// A configuration or package.json further up would make Deno install packages first.
		'--no-config',
		'--node-modules-dir=none',
		'--no-remote',
		'--cached-only',
		'--unstable-no-legacy-abort',
		...(denoKv === undefined ? [] : ['--unstable-kv']),
		`--allow-net=${[...new Set(net)].join(',')}`,
		`--allow-read=${[...folders, ...kvFile].join(',')}`,
		...kvFile.map((file) => `--allow-write=${file}`),
		`--allow-env=${[...environmentNames, ...libraryNames].join(',')}`
	];
}

/** The port is always named: a bare host would grant every port of it. */
function peerOf(address: string): string {
	const { hostname, port, protocol } = new URL(address);
	return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? REDIS_PORT)}`;
}
