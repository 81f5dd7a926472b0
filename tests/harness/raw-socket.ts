import { connect, type Socket } from 'node:net';

/** A connection on which a test can write any bytes. */
export interface RawSocket {
	readonly socket: Socket;
	/** Everything that arrives until the other side closes the connection. */
	readonly untilClosed: Promise<string>;
	/** The head of the first final response (not 100 Continue), as soon as it is complete. */
	readonly head: Promise<string>;
}

/** Connects to a port of this machine and sends some bytes, each as one character. */
export function openRawSocket(port: number, bytes: string): RawSocket {
	const socket = connect({ port, host: '127.0.0.1' });
	let text = '';
	const head = new Promise<string>((resolve) => {
		socket.on('data', (piece: Buffer) => {
			text = (text + piece.toString('latin1')).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/i, '');
			const end = text.indexOf('\r\n\r\n');
			if (end >= 0) resolve(text.slice(0, end));
		});
	});
	const untilClosed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
	// A reset closes the connection too.
	socket.on('error', () => {});
	socket.write(bytes, 'latin1');
	return { socket, untilClosed, head };
}

/** The lines of a request's head, with the empty line after it. */
export function headLines(...lines: readonly string[]): string {
	return [...lines, '', ''].join('\r\n');
}
