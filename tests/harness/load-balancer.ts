import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';

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
		const answer = await fetch(address, { signal: AbortSignal.timeout(3000) }).catch(() => null);
		await answer?.body?.cancel();
		ready.set(port, answer?.ok ?? false);
		if (answer?.ok) for (const one of waiting) if (one.port === port) one.resolve();
	}
	const probing = setInterval(() => void Promise.all([...ready.keys()].map(probe)), PROBE_MS);

	function forward(request: IncomingMessage, response: ServerResponse): void {
		const ports = [...ready].filter(([, isReady]) => isReady).map(([port]) => port);
		const port = ports[turn++ % ports.length];
		if (port === undefined) return void response.writeHead(503).end('no instance is ready');
		const { method, url: path, headers } = request;
		const upstream = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
			response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
			answer.pipe(response);
		});
		upstream.once('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end('broken')));
		response.once('close', () => upstream.destroy());
		request.pipe(upstream);
	}

	const server = createServer(forward);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (typeof address !== 'object' || address === null) throw new Error('The load balancer has no port');
	return {
		url: `http://localhost:${address.port}`,
		add: (port) => ready.set(port, false),
		serves: (port) => new Promise((resolve) => waiting.push({ port, resolve })),
		stop: () => {
			clearInterval(probing);
			agent.destroy();
			return new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			});
		}
	};
}
