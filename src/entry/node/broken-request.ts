import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { countRefusal } from '../../lib/server/metrics';

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
	ERR_HTTP_REQUEST_TIMEOUT: 408,
	HPE_HEADER_OVERFLOW: 431
};

/** Answers bytes that aren't HTTP, or too much of it: Node hands us the bare socket, and adds no header of ours. */
export function answerBrokenRequest(
	error: Error & { code?: string },
	socket: Duplex,
	headers: Readonly<Record<string, string>>
): void {
	if (error.code === 'ECONNRESET' || !socket.writable) {
		socket.destroy();
		return;
	}
	const status = STATUS_BY_CODE[error.code ?? ''] ?? 400;
	if (status === 408) countRefusal('slow_request');
	if (status === 431) countRefusal('header_size');
	const lines = Object.entries(headers)
		.map(([name, value]) => `${name}: ${value}\r\n`)
		.join('');
	socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}connection: close\r\ncontent-length: 0\r\n\r\n`);
}
