import { setTimeout as pause } from 'node:timers/promises';
import { faultKinds, type FaultKind, type FaultTarget, type ScenarioOptions, type Scenarios } from '../scenarios.ts';
import { redirect, sendHtml, sendJson, type Exchange } from './exchange.ts';

interface FaultOptions {
	scenarios: Scenarios;
	target: FaultTarget;
	/** The target of a `…-redirect`: the control address, which counts the requests. */
	trapUrl: string;
	/** Sends an error in the target's own format. */
	sendError: (exchange: Exchange, status: number, code: string) => void;
}

/** Applies the fault of an active scenario. Returns whether the exchange is complete. */
export type Faults = (exchange: Exchange, operation: string) => Promise<boolean>;

export function createFaults({ scenarios, target, trapUrl, sendError }: FaultOptions): Faults {
	const enact: Record<FaultKind, (exchange: Exchange, options: ScenarioOptions) => Promise<void> | void> = {
		down: ({ request }) => void request.socket.destroy(),
		slow: (_exchange, { ms }) => pause(ms ?? 2000),
		cut: cutOff,
		lost: loseResponse,
		html: (exchange, { status }) => sendHtml(exchange, numeric(status, 200), '<!doctype html><title>Gateway</title>'),
		'wrong-json': (exchange, { status }) => sendJson(exchange, numeric(status, 200), { unexpected: [true] }),
		'broken-json': ({ response }, { status }) =>
			void response.writeHead(numeric(status, 200), { 'content-type': 'application/json' }).end('{"status":'),
		'500': (exchange, { status }) => sendError(exchange, numeric(status, 500), 'server_error'),
		'401': (exchange) => {
			exchange.response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
			sendError(exchange, 401, 'invalid_token');
		},
		redirect: (exchange, { location }) => redirect(exchange, location ?? trapUrl),
		error: (exchange, { status, error }) => sendError(exchange, numeric(status, 400), error ?? 'invalid_request')
	};

	return async (exchange, operation) => {
		for (const kind of faultKinds) {
			const wanted = scenarios.peek(`${target}-${kind}`);
			if (wanted === undefined || !covers(wanted.operation, operation)) continue;
			const options = scenarios.use(`${target}-${kind}`) ?? wanted;
			await enact[kind](exchange, options);
			// Slow and lost requests are still processed; every other fault is the response.
			if (kind !== 'slow' && kind !== 'lost') return true;
		}
		return false;
	};
}

function covers(wanted: string | undefined, operation: string): boolean {
	return wanted === undefined || operation === wanted || operation.startsWith(`${wanted}:`);
}

function numeric(status: number | string | undefined, otherwise: number): number {
	return typeof status === 'number' ? status : otherwise;
}

/** Announces more bytes than it sends, then closes the connection during the body. */
async function cutOff({ response, request }: Exchange): Promise<void> {
	response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
	await new Promise<void>((resolve) => response.write('{"sessionId":"', () => resolve()));
	request.socket.destroy();
}

/** The request is processed, but the connection is closed instead of a response. */
function loseResponse({ response, request }: Exchange): void {
	response.end = () => {
		request.socket.destroy();
		return response;
	};
	response.write = () => true;
}
