import { randomBytes } from 'node:crypto';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import type { SandboxOptions } from '../sandbox/options.ts';
import { freePort } from './free-port.ts';
import { type Portal, startPortal } from './portal.ts';
import type { Environment } from './portal-process.ts';
import type { Runtime } from './runtime.ts';
import { startTlsProxy } from './tls-proxy.ts';

/** A proxy in front of a portal. */
export interface Front {
	readonly url: string;
	stop(): Promise<void>;
}

export interface LandscapeOptions {
	runtime: Runtime;
	/** The dialect of the Auth Bridge; `field` by default. */
	dialect?: 'doc' | 'field';
	/** Added to the portal's usual variables, or overriding them; may depend on the sandbox's addresses. */
	env?: Environment | ((sandbox: Sandbox) => Environment | Promise<Environment>);
	/** As in production: https through a TLS-terminating proxy. */
	tls?: boolean;
	/** Replaces that proxy, for example with nginx; receives the port of the portal. */
	front?: (portalPort: number) => Promise<Front>;
	/** The port of the portal; a free port by default. */
	port?: number;
	accessTokenSeconds?: number;
	/** Replace the sandbox's usual options. */
	sandboxOptions?: SandboxOptions;
	/** Replaces the portal's usual start command. */
	command?: [string, ...string[]];
}

/** A sandbox and a portal on free ports, configured for each other. */
export interface Landscape {
	/** The portal's public origin; https with `tls`. */
	url: string;
	portal: Portal;
	sandbox: Sandbox;
	/** The portal's environment, to start a second instance or to search for secrets. */
	env: Environment;
	stop(): Promise<void>;
}

/** Starts a separate landscape for a test file or a worker. */
export async function startLandscape(options: LandscapeOptions): Promise<Landscape> {
	const port = options.port ?? (await freePort());
	const startFront = options.front ?? (options.tls ? (port: number) => startTlsProxy(port) : undefined);
	const proxy = await startFront?.(port);
	const url = proxy?.url ?? `http://localhost:${port}`;
	const sandbox = await startSandbox({
		portalUrl: url,
		stsPort: 0,
		bridgePort: 0,
		institutionPort: 0,
		controlPort: 0,
		...(options.dialect ? { dialect: options.dialect } : {}),
		...(options.accessTokenSeconds ? { accessTokenSeconds: options.accessTokenSeconds } : {}),
		...options.sandboxOptions
	});
	const env = {
		...portalEnvironment(url, sandbox),
		...(proxy ? { AUTH_TRUST_HOST: 'true', SHUTDOWN_DELAY_SECONDS: '0' } : {}),
		...(typeof options.env === 'function' ? await options.env(sandbox) : options.env)
	};
	const portal = await startPortal({ runtime: options.runtime, env, port, command: options.command }).catch(
		async (error: unknown) => {
			await stopAll(proxy, sandbox);
			throw error;
		}
	);
	return {
		url,
		portal,
		sandbox,
		env,
		stop: async () => {
			await portal.stop();
			await stopAll(proxy, sandbox);
		}
	};
}

function portalEnvironment(url: string, sandbox: Sandbox): Environment {
	return {
		AUTH_URL: url,
		AUTH_SECRET: randomBytes(48).toString('base64url'),
		STS_ISSUER_URL: sandbox.stsUrl,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		AUTH_BRIDGE_URL: sandbox.bridgeUrl
	};
}

async function stopAll(proxy: Front | undefined, sandbox: Sandbox): Promise<void> {
	await Promise.all([proxy?.stop(), sandbox.stop()]);
}
