import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { listenOnLoopback } from '../harness/loopback.ts';
import { stamp } from './fault-windows.ts';

/** What a gateway does to token calls: `lost` processes them and drops the response, all others but `ok` and `slow` do not. */
export type GatewayMode = 'ok' | 'refuses' | 'resets' | 'slow' | 'lost';

/** What is known of the tokens of one sign-in. */
export interface TokenFamily {
	/** Responses that the portal never received although the STS had processed the request. */
	responsesLost: number;
	/** Token requests of a process that was killed meanwhile, or just afterwards. */
	killed: number;
	/** What happened, oldest first, for a complaint. */
	readonly events: string[];
}

export interface StsGateway {
	/** For STS_INTERNAL_URL of one instance. */
	readonly url: string;
	mode: GatewayMode;
	/** Reports that the instance was killed: its token requests of this moment may have no result. */
	killed(): void;
	stop(): Promise<void>;
}

export type TokenLedger = ReturnType<typeof createTokenLedger>;

const SLOW_MS = 1500;
/** A result that an instance received this short before its end may not have reached the store. */
const UNSAVED_MS = 500;

/** Knows which refresh tokens belong to one sign-in, and what became of them, over all gateways. */
export function createTokenLedger() {
	const families = new Map<string, TokenFamily>();
	return {
		/** The family of a refresh token. */
		familyOf: (refreshToken: string | undefined): TokenFamily | undefined => families.get(refreshToken ?? ''),

		/** Notes that a token call has led from one refresh token (none: at a sign-in) to another. */
		link(from: string | null, to: string): TokenFamily {
			const family = families.get(from ?? '') ?? { responsesLost: 0, killed: 0, events: [] };
			families.set(to, family);
			return family;
		}
	};
}

/** Stands between one instance and the STS, as a gateway of a data centre does; knows what passed through it. */
export async function startStsGateway(name: string, target: string, ledger: TokenLedger): Promise<StsGateway> {
	const inFlight = new Set<{ family: TokenFamily | undefined }>();

	async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await buffer(request);
		const grant = new URLSearchParams(body.toString());
		const isTokenCall = request.url?.startsWith('/token') && grant.has('grant_type');
		const used = grant.get('refresh_token');
		const { mode } = gateway;
		if (mode === 'refuses') return void response.writeHead(502).end('bad gateway');
		if (mode === 'resets') return void request.socket.destroy();
		if (mode === 'slow') await pause(SLOW_MS);

		const call = { family: ledger.familyOf(used ?? undefined) };
		if (isTokenCall) inFlight.add(call);
		const received = await exchangeWith(target, request, body);
		const next = isTokenCall ? refreshTokenIn(received.body) : null;
		if (next !== null) call.family = ledger.link(used, next);

		function settle(isDelivered: boolean): void {
			setTimeout(() => inFlight.delete(call), UNSAVED_MS).unref();
			if (!isTokenCall || !call.family) return;
			if (!isDelivered && next !== null) call.family.responsesLost++;
			call.family.events.push(`${stamp()} ${name} ${mode} ${received.status} ${isDelivered ? '' : 'not '}delivered`);
		}
		if (response.closed || request.socket.destroyed) {
			settle(false);
			return;
		}
		response.once('close', () => settle(response.writableFinished));
		if (mode === 'lost' && isTokenCall) return void request.socket.destroy();
		response.writeHead(received.status, received.headers).end(received.body);
	}

	const server = createServer((request, response) => {
		forward(request, response).catch(() => response.destroy());
	});
	const gateway: StsGateway = {
		...(await listenOnLoopback(server)),
		mode: 'ok',
		killed: () => {
			for (const { family } of inFlight) {
				if (!family) continue;
				family.killed++;
				family.events.push(`${stamp()} ${name} killed`);
			}
		}
	};
	return gateway;
}

interface WholeAnswer {
	readonly status: number;
	readonly headers: Record<string, string | string[]>;
	readonly body: Buffer;
}

/** One exchange with the STS, whatever becomes of the caller. */
function exchangeWith(target: string, { method, url = '/', headers }: IncomingMessage, body: Buffer) {
	return new Promise<WholeAnswer>((resolve, reject) => {
		const { 'transfer-encoding': _coding, connection: _connection, ...kept } = headers;
		const sent = { ...kept, host: new URL(target).host, 'content-length': String(body.length) };
		const upstream = httpRequest(new URL(url, target), { method, headers: sent, agent: false }, (received) => {
			const { connection: _own, 'transfer-encoding': _chunked, ...returned } = received.headersDistinct;
			const status = received.statusCode ?? 502;
			buffer(received).then(
				(whole) =>
					resolve({
						status,
						headers: Object.fromEntries(Object.entries(returned).map(([key, values = []]) => [key, values])),
						body: whole
					}),
				reject
			);
		});
		upstream.once('error', reject);
		upstream.end(body);
	});
}

function refreshTokenIn(body: Buffer): string | null {
	try {
		const { refresh_token: token } = JSON.parse(body.toString()) as { refresh_token?: unknown };
		return typeof token === 'string' ? token : null;
	} catch {
		return null;
	}
}
