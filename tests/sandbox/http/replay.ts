import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';

const fields = [
	'method',
	'url',
	'headers',
	'rawHeaders',
	'httpVersion',
	'httpVersionMajor',
	'httpVersionMinor',
	'socket'
];

/**
 * The same request with a readable body: the sandbox has read the body to distinguish a refresh from a code exchange, and
 * `oidc-provider` reads it again.
 */
export function replay(request: IncomingMessage, body: string): Readable {
	const copy = Readable.from(body === '' ? [] : [Buffer.from(body)], { objectMode: false });
	for (const field of fields) {
		Object.defineProperty(copy, field, { value: Reflect.get(request, field), writable: true, enumerable: true });
	}
	return copy;
}
