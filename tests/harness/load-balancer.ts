import { Agent, createServer } from 'node:http';
import { listenOnLoopback } from './loopback.ts';
import { passOn } from './proxy.ts';

const PROBE_MS = 100;

/** A load balancer: round robin over the instances that report ready, without retries. */
export interface LoadBalancer {
	readonly url: string;
	/** Adds an instance, by its port, to those that are probed. */
	add(port: number): void;
	/** Resolves once requests are sent to the instance. */
	serves(port: number): Promise<void>;
	stop(): Promise<void>;
}

export async function startLoadBalancer(): Promise<LoadBalancer> {
	const ready = new Map<number, boolean>();
	const waiting: { readonly port: number; readonly resolve: () => void }[] = [];
	const agent = new Agent({ keepAlive: true });
	let turn = 0;

	async function probe(port: number): Promise<void> {
		const address = `http://127.0.0.1:${port}/api/health/ready`;
		const response = await fetch(address, { signal: AbortSignal.timeout(3000) }).catch(() => null);
		await response?.body?.cancel();
		ready.set(port, response?.ok ?? false);
		if (response?.ok) for (const one of waiting) if (one.port === port) one.resolve();
	}
	const probing = setInterval(() => void Promise.all([...ready.keys()].map(probe)), PROBE_MS);

	const server = createServer((request, response) => {
		const ports = [...ready].filter(([, isReady]) => isReady).map(([port]) => port);
		const port = ports[turn++ % ports.length];
		if (port === undefined) response.writeHead(503).end('no instance is ready');
		else passOn(request, response, { agent, port });
	});
	const { port: own, stop } = await listenOnLoopback(server);
	return {
		url: `http://localhost:${own}`,
		add: (port) => ready.set(port, false),
		serves: (port) => new Promise((resolve) => waiting.push({ port, resolve })),
		stop: () => {
			clearInterval(probing);
			agent.destroy();
			return stop();
		}
	};
}
