import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';

const maxBodyBytes = 1024 * 1024;

/** One request with its body read, and the response to it. */
export interface Exchange {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly method: string;
	readonly url: URL;
	readonly body: string;
}

/** The request cannot be read; the response is 400. */
export class BadRequest extends Error {}

/** Reads the body in every case: faults and counts depend on it. */
export async function openExchange(request: IncomingMessage, response: ServerResponse): Promise<Exchange> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of request) {
		const bytes = v.parse(v.instance(Uint8Array), chunk);
		size += bytes.length;
		if (size > maxBodyBytes) throw new BadRequest('the body is larger than 1 MiB');
		chunks.push(bytes);
	}
	return {
		request,
		response,
		method: request.method ?? 'GET',
		// Only path and query matter; the base prevents that a `//host` path becomes a host.
		url: new URL(`http://sandbox.invalid${request.url ?? '/'}`),
		body: Buffer.concat(chunks).toString('utf8')
	};
}

/** @throws {BadRequest} if the body is not JSON of that shape; an empty body reads as `{}` */
export function readJson<T extends v.GenericSchema>(exchange: Exchange, schema: T): v.InferOutput<T> {
	const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), exchange.body === '' ? '{}' : exchange.body);
	if (result.success) return result.output;
	const [issue] = result.issues;
	throw new BadRequest(`${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
}

export function sendJson(exchange: Exchange, status: number, value: unknown, headers: Record<string, string> = {}) {
	exchange.response
		.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
		.end(JSON.stringify(value));
}

export function sendHtml(exchange: Exchange, status: number, html: string) {
	exchange.response
		.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
		.end(html);
}

/** 303: the browser follows with a GET, after a form too. */
export function redirect(exchange: Exchange, location: string) {
	exchange.response.writeHead(303, { location, 'cache-control': 'no-store' }).end();
}
