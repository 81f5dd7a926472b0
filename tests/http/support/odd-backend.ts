import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

interface Arrived {
	readonly method: string;
	readonly target: string;
	readonly headers: IncomingMessage['headers'];
	/** The first piece of the body, as soon as it arrives. */
	readonly first: Promise<string>;
	/** The whole body, or `broken off` if it did not arrive completely. */
	readonly body: Promise<string>;
}

/** A backend whose response depends on the path of the request, and is not always correct. */
export interface OddBackend {
	readonly url: string;
	readonly arrived: Arrived[];
	/** Authorization headers that are refused with 401. */
	readonly refused: Set<string>;
	/** Bytes that the latest `/stream` has written so far. */
	sent: number;
	/** Makes the latest `/steps` write its next piece. */
	step: () => void;
	/** Resolves with the next request when its headers have arrived. The test itself can respond to `/silent`. */
	next(): Promise<Arrived & { readonly socket: Socket; readonly response: ServerResponse }>;
	stop(): Promise<void>;
}

export const STREAM_BYTES = 64 * 1024 * 1024;
/** The content of `/encoded`, which is sent with the encodings in its query. */
export const PLAIN = 'Goedemorgen, Zoë';
const encoders: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
	gzip: gzipSync,
	br: brotliCompressSync,
	deflate: deflateSync
};
const PIECE = Buffer.alloc(64 * 1024, 'x');

export async function startOddBackend(): Promise<OddBackend> {
	const arrived: Arrived[] = [];
	const server = createServer((request, response) => {
		const { method = '', url: target = '', headers } = request;
		const first = new Promise<string>((resolve) => request.once('data', (piece) => resolve(String(piece))));
		const body = text(request).catch(() => 'broken off');
		const arrival = { method, target, headers, first, body, socket: request.socket, response };
		arrived.push(arrival);
		server.emit('arrival', arrival);
		response.on('error', () => {});
		if (backend.refused.has(headers.authorization ?? '')) {
			response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end('who are you?');
			return;
		}
		const path = target.split('?')[0] ?? '';
		const act = responses[path.replace(/^\/api/, '')] ?? ((_request, refusal) => refusal.writeHead(404).end());
		if (path === '/api/early') act(request, response);
		else void body.then(() => act(request, response));
	});

	const backend: OddBackend = {
		url: '',
		arrived,
		refused: new Set(),
		sent: 0,
		step: () => {},
		next: () => new Promise((resolve) => server.once('arrival', resolve)),
		stop: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			})
	};

	async function* pieces() {
		for (backend.sent = 0; backend.sent < STREAM_BYTES; backend.sent += PIECE.length) yield PIECE;
	}

	function streams(response: ServerResponse): void {
		response.writeHead(200, { 'content-type': 'application/octet-stream' });
		pipeline(pieces, response).catch(() => {});
	}

	async function steps(response: ServerResponse): Promise<void> {
		response.writeHead(200, { 'content-type': 'text/event-stream' });
		for (const piece of ['one', 'two', 'three']) {
			response.write(piece);
			await new Promise<void>((resolve) => (backend.step = resolve));
		}
		response.end();
	}

	const status =
		(code: number, headers: Record<string, string> = {}): RequestListener =>
		(_request, response) =>
			response.writeHead(code, { 'content-type': 'text/plain', ...headers }).end(`the stack trace of ${code}`);

	const responses: Readonly<Record<string, RequestListener>> = {
		'/echo': (request, response) => {
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(request.headers));
		},
		'/early': (_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('early'),
		'/created': status(201, { location: '/api/things/7' }),
		'/moved': status(302, { location: 'http://elsewhere.example/' }),
		'/unchanged': status(304, { etag: '"1"' }),
		'/empty': (_request, response) => response.writeHead(204).end(),
		'/reset': (_request, response) => response.writeHead(205).end(),
		'/refused': status(422),
		'/read-only': ({ url = '' }, response) => {
			const type = new URL(url, 'http://x').searchParams.get('type');
			response.writeHead(405, { allow: 'GET', ...(type !== null && { 'content-type': type }) }).end(PLAIN);
		},
		'/tagged': (_request, response) => response.writeHead(200, { etag: '"7"' }).end(PLAIN),
		'/created-tagged': (_request, response) => response.writeHead(201, { etag: '"7"' }).end(PLAIN),
		'/forbidden': status(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
		'/stranger': status(401, { 'www-authenticate': 'Basic realm="x"' }),
		'/stranger-talks': (_request, response) =>
			void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).write('begun'),
		'/failed': status(500),
		'/busy': status(503, { 'retry-after': '42' }),
		'/gateway': status(504),
		'/typed': ({ url = '' }, response) => {
			const { type = '', disposition } = Object.fromEntries(new URL(url, 'http://x').searchParams);
			const headers = { 'content-type': type, ...(disposition && { 'content-disposition': disposition }) };
			response.writeHead(200, headers).end('<h1>Hi</h1>');
		},
		'/headers': (_request, response) => {
			response.writeHead(200, {
				'content-type': 'application/json',
				'set-cookie': ['portal.session=evil', 'b=2'],
				server: 'odd/1.0',
				'x-powered-by': 'odd',
				connection: 'x-hop',
				'x-hop': '1',
				'keep-alive': 'timeout=9',
				'proxy-authenticate': 'Basic',
				trailer: 'x-trailer',
				refresh: '0; url=http://elsewhere.example/',
				'clear-site-data': '"*"',
				'strict-transport-security': 'max-age=0',
				'access-control-allow-origin': '*',
				'content-security-policy': "default-src 'unsafe-inline'",
				'cache-control': 'public, max-age=600',
				'x-request-id': 'theirs',
				etag: '"7"',
				'content-disposition': 'attachment; filename="a.json"'
			});
			response.end('{}');
		},
		'/encoded': (request, response) => {
			const query = new URL(request.url ?? '', 'http://localhost').searchParams;
			const codings = query.getAll('coding');
			response.setHeader('content-encoding', codings);
			const body = codings.reduce<Uint8Array>(
				(bytes, coding) => encoders[coding]?.(bytes) ?? bytes,
				Buffer.from(PLAIN)
			);
			response.writeHead(Number(query.get('status') ?? 200), { 'content-type': 'text/plain', etag: '"1"' }).end(body);
		},
		'/switching': (_request, response) => {
			response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: odd\r\n\r\n');
		},
		'/status-600': (_request, response) => {
			response.socket?.end('HTTP/1.1 600 Odd\r\nContent-Length: 3\r\n\r\nodd');
		},
		'/hints': (_request, response) => {
			const hint = () =>
				void response.socket?.write('HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', () => setImmediate(hint));
			hint();
		},
		'/silent': () => undefined,
		'/stalls': (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('begun'),
		'/hangs-up': (_request, response) => void response.destroy(),
		'/cut-off': (_request, response) => {
			response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
			response.write('{"begun":', () => response.destroy());
		},
		'/huge': status(200, { 'content-length': String(STREAM_BYTES) }),
		'/stream': (_request, response) => streams(response),
		'/steps': (_request, response) => void steps(response)
	};

	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return Object.assign(backend, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api` });
}
