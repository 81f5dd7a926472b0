import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../harness/loopback.ts';

const PROBE_MS = 100;
const PROBE_LIMIT_MS = 2000;
/** Marks responses of the front itself. */
export const FRONT_HEADER = 'x-front';
/** Names the instance that a browser always comes back to, as long as that one serves. */
export const STICKY_COOKIE = 'front';

/**
 * What stands in front of several instances: each request goes to one of them at random, those of a browser with a sticky cookie
 * to the same one. Instances that drain or do not respond are left out; whether the STS or the Auth Bridge is reachable does not
 * matter. A request that no connection could be made for goes to another instance; no other is repeated.
 */
export async function startRandomFront(ports: readonly number[], random: () => number) {
	const isServing = new Map(ports.map((port) => [port, false]));
	const agent = new Agent({ keepAlive: true });

	async function probe(port: number): Promise<void> {
		const address = `http://127.0.0.1:${port}/api/health/ready`;
		try {
			const health = await fetch(address, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
			isServing.set(port, !(await health.text()).includes('"draining"'));
		} catch {
			isServing.set(port, false);
		}
	}
	const probing = setInterval(() => void Promise.all(ports.map(probe)), PROBE_MS);

	function choose(cookie: string | undefined, failed: readonly number[]): number | undefined {
		const serving = ports.filter((port) => isServing.get(port) && !failed.includes(port));
		const [, sticky] = new RegExp(`(?:^|; )${STICKY_COOKIE}=(\\d+)`).exec(cookie ?? '') ?? [];
		const own = ports[Number(sticky) % ports.length];
		return serving.find((port) => port === own) ?? serving[Math.floor(random() * serving.length)];
	}

	function forward(request: IncomingMessage, response: ServerResponse, failed: readonly number[] = []): void {
		const port = choose(request.headers.cookie, failed);
		if (port === undefined) {
			response.writeHead(503, { [FRONT_HEADER]: 'none', 'retry-after': '1' }).end();
			return;
		}
		const { method, url: path, headers } = request;
		let isConnected = false;
		const upstream = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers }, (received) => {
			response.writeHead(received.statusCode ?? 502, received.rawHeaders);
			received.on('error', () => response.destroy());
			received.pipe(response);
		});
		upstream.once('socket', (socket) => {
			if (socket.connecting) socket.once('connect', () => (isConnected = true));
			else isConnected = true;
		});
		upstream.once('error', () => {
			if (response.headersSent) response.destroy();
			else if (!isConnected && !response.closed) forward(request, response, [...failed, port]);
			else response.writeHead(502, { [FRONT_HEADER]: 'broken' }).end();
		});
		response.once('close', () => upstream.destroy());
		request.pipe(upstream);
	}

	const server = createServer((request, response) => forward(request, response));
	const { port: own, stop } = await listenOnLoopback(server);
	return {
		url: `http://localhost:${own}`,
		stop: (): Promise<void> => {
			clearInterval(probing);
			agent.destroy();
			return stop();
		}
	};
}
