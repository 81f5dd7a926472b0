import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type EntryProblem, refuse } from '../refusal';

const PROBLEM_BY_CODE: Readonly<Record<string, EntryProblem>> = {
	ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
	HPE_HEADER_OVERFLOW: 'headers_too_large'
};

/**
 * Refuses bytes that Node's parser does not take for a request, or for too much of one. Node hands over the bare socket: nothing is
 * known of the request, and no header is sent but these.
 */
export function refuseBrokenRequest(
	error: Error & { code?: string },
	socket: Duplex,
	fixed: Readonly<Record<string, string>>
): void {
	if (error.code === 'ECONNRESET' || !socket.writable) {
		socket.destroy();
		return;
	}
	const problem = PROBLEM_BY_CODE[error.code ?? ''] ?? 'invalid_request';
	// So many headers are a browser's, full of cookies.
	const accept = problem === 'headers_too_large' ? 'text/html' : null;
	const { status, headers, body } = refuse(problem, { header: (name) => (name === 'accept' ? accept : null) });
	const lines = Object.entries({ ...fixed, ...headers, connection: 'close' })
		.map(([name, value]) => `${name}: ${value}\r\n`)
		.join('');
	socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n`);
	socket.end(body);
}
