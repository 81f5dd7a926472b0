import { randomBytes } from 'node:crypto';
import { freePort } from '../harness/free-port.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import type { Runtime } from '../harness/runtime.ts';
import { type Program, startProgram } from './program.ts';

/** The portal and a fake Auth Bridge. There is no STS: what is measured with it sends no requests to one. */
export interface BenchPortal {
	readonly portal: Portal;
	readonly bridge: Program;
	readonly bridgeUrl: string;
	readonly secret: string;
	readonly stop: () => Promise<void>;
}

/** Starts both. `env` adds variables to those that the portal needs, or replaces them. */
export async function startBenchPortal(
	runtime: Runtime,
	env: Readonly<Record<string, string>> = {},
	command?: [string, ...string[]]
): Promise<BenchPortal> {
	const bridge = await startProgram('upstream/fake-bridge.mjs');
	const bridgeUrl = `http://127.0.0.1:${bridge.port}`;
	const secret = randomBytes(48).toString('base64url');
	const port = await freePort();
	const portal = await startPortal({
		runtime,
		port,
		...(command && { command }),
		env: {
			AUTH_SECRET: secret,
			STS_ISSUER_URL: 'http://127.0.0.1:9',
			STS_CLIENT_ID: 'portal-frontend',
			STS_CLIENT_SECRET: 'portal-frontend-secret',
			AUTH_BRIDGE_URL: bridgeUrl,
			BACKENDS: JSON.stringify({ greetings: { url: bridgeUrl, token: 'user' } }),
			LOG_LEVEL: 'error',
			...env
		}
	});
	const stop = async () => {
		await portal.stop();
		await bridge.stop();
	};
	return { portal, bridge, bridgeUrl, secret, stop };
}
