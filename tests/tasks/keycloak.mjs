/** A real Keycloak for the tests: the one that KEYCLOAK_URL names, or one that is fetched by Maven and started here. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { signalGroup, startTied } from './children.mjs';
import { distribution } from './keycloak-distribution.mjs';
import { root } from './runtime.mjs';

/** Minutes, for a machine with other work to do; idle, it takes half of one. */
const START_LIMIT_MS = 300_000;
const ADMIN = 'admin';

/** @typedef {{env: Record<string, string>, stop: () => Promise<void>}} Keycloak how tests reach it, and its end */

/**
 * @param {(line: string) => void} skip notes why there is none
 * @returns {Promise<Keycloak | null>} null where there is none and none can be started
 */
export async function startKeycloak(skip) {
	const { KEYCLOAK_URL: url, KEYCLOAK_ADMIN_USER: user = ADMIN, KEYCLOAK_ADMIN_PASSWORD: password } = process.env;
	if (url) {
		if (!password)
			throw new Error('KEYCLOAK_URL is set: KEYCLOAK_ADMIN_PASSWORD is needed too, to make a realm there.');
		return { env: environment(url.replace(/\/+$/, ''), user, password), stop: async () => {} };
	}
	const program = await distribution(skip);
	return program && launch(program);
}

async function launch(folder) {
	const port = await freePort();
	const url = `http://localhost:${port}`;
	const password = randomBytes(18).toString('base64url');
	const listening = ['--http-enabled=true', '--http-host=127.0.0.1', `--http-port=${port}`, `--hostname=${url}`];
	const child = startTied([join(folder, 'bin', 'kc.sh'), 'start', '--optimized', '--cache=local', ...listening], {
		env: {
			...process.env,
			JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m',
			KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN,
			KC_BOOTSTRAP_ADMIN_PASSWORD: password
		},
		cwd: root,
		stdio: ['ignore', 'pipe', 'pipe']
	});
	/** @type {Buffer[]} */
	const written = [];
	for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => written.push(chunk));
	const ended = once(child, 'exit');
	const stop = async () => {
		// The group: the script runs Java as a child.
		if (child.exitCode === null && child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
		await ended;
	};
	if (!(await responds(`${url}/realms/master`, child))) {
		await stop();
		throw new Error(`Keycloak does not start:\n${Buffer.concat(written)}`);
	}
	return { env: { ...environment(url, ADMIN, password), KEYCLOAK_HOME: folder }, stop };
}

function environment(url, user, password) {
	return { KEYCLOAK_URL: url, KEYCLOAK_ADMIN_USER: user, KEYCLOAK_ADMIN_PASSWORD: password };
}

async function responds(address, child) {
	const limitMs = Date.now() + START_LIMIT_MS;
	while (child.exitCode === null && Date.now() < limitMs) {
		const response = await fetch(address, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
		await response?.body?.cancel();
		if (response?.ok) return true;
		await pause(200);
	}
	return false;
}

async function freePort() {
	const probe = createServer().listen(0, '127.0.0.1');
	await once(probe, 'listening');
	const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
	probe.close();
	return port;
}
