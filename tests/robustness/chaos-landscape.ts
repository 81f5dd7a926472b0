import { randomBytes } from 'node:crypto';
import { freePort } from '../harness/free-port.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { untilGroupEnds } from '../harness/process-group.ts';
import { type Redis, startRedis } from '../harness/redis.ts';
import type { Runtime } from '../harness/runtime.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { signalGroup } from '../tasks/children.mjs';
import { startRandomFront } from './random-front.ts';
import { createTokenLedger, startStsGateway, type StsGateway, type TokenLedger } from './sts-gateway.ts';

/** One instance of the portal, with its own gateway to the STS. */
export interface Instance {
	readonly gateway: StsGateway;
	/** Asks it, or all processes of its group, to stop; starts it again when it has ended. */
	restart(isGroup: boolean): Promise<void>;
	/** Kills it and starts it again. */
	kill(): Promise<void>;
	/** Stops its processes, with all connections open, until `thaw`. */
	freeze(): void;
	thaw(): void;
	/** What all its processes have written so far. */
	logs(): string;
}

export interface ChaosLandscape {
	readonly url: string;
	readonly env: { readonly AUTH_SECRET: string; readonly AUTH_URL: string };
	readonly sandbox: Sandbox;
	readonly redis: Redis;
	readonly ledger: TokenLedger;
	readonly instances: readonly Instance[];
	stop(): Promise<void>;
}

const ACCESS_TOKEN_SECONDS = 5;

/** Instances of the production build on these runtimes, behind one address, with a Redis and the sandbox. */
export async function startChaosLandscape(runtimes: readonly Runtime[], random: () => number): Promise<ChaosLandscape> {
	const ports: number[] = [];
	for (const _ of runtimes) ports.push(await freePort());
	const [redis, front] = await Promise.all([startRedis(), startRandomFront(ports, random)]);
	const free = { stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 };
	const sandbox = await startSandbox({ portalUrl: front.url, accessTokenSeconds: ACCESS_TOKEN_SECONDS, ...free });
	const ledger = createTokenLedger();
	const env = {
		AUTH_URL: front.url,
		AUTH_SECRET: randomBytes(48).toString('base64url'),
		AUTH_TRUST_HOST: 'true',
		SHUTDOWN_DELAY_SECONDS: '1',
		STS_ISSUER_URL: sandbox.stsUrl,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		STS_TIMEOUT_MS: '5000',
		AUTH_BRIDGE_URL: sandbox.bridgeUrl,
		AUTH_BRIDGE_TIMEOUT_MS: '2000',
		BACKENDS: JSON.stringify({ sandbox: { url: sandbox.bridgeUrl, token: 'user', timeoutMs: 2000 } }),
		REDIS_URL: redis.url,
		RATE_LIMIT_PER_ADDRESS: '1000000',
		RATE_LIMIT_PER_BROWSER: '100000',
		LOG_LEVEL: 'warning'
	};
	const instances = await Promise.all(
		ports.map(async (port, index) => {
			const gateway = await startStsGateway(`#${index}`, sandbox.stsUrl, ledger);
			return startInstance(runtimes[index] ?? 'node', port, { ...env, STS_INTERNAL_URL: gateway.url }, gateway);
		})
	);
	return {
		url: front.url,
		env,
		sandbox,
		redis,
		ledger,
		instances,
		stop: async () => {
			await Promise.all(instances.map((instance) => instance.stop()));
			await Promise.all([
				front.stop(),
				sandbox.stop(),
				redis.stop(),
				...instances.map(({ gateway }) => gateway.stop())
			]);
		}
	};
}

async function startInstance(runtime: Runtime, port: number, env: Record<string, string>, gateway: StsGateway) {
	let earlierLogs = '';
	let portal: Portal = await startPortal({ runtime, port, env });

	async function startAgain(): Promise<void> {
		await untilGroupEnds(portal.pid);
		earlierLogs += portal.logs();
		portal = await startPortal({ runtime, port, env });
	}

	return {
		gateway,
		async restart(isGroup: boolean): Promise<void> {
			if (isGroup) signalGroup(portal.pid, 'SIGTERM');
			else void portal.stop();
			await startAgain();
		},
		async kill(): Promise<void> {
			gateway.killed();
			signalGroup(portal.pid, 'SIGKILL');
			await startAgain();
		},
		freeze: () => void signalGroup(portal.pid, 'SIGSTOP'),
		thaw: () => void signalGroup(portal.pid, 'SIGCONT'),
		logs: () => earlierLogs + portal.logs(),
		stop: () => portal.stop()
	};
}
