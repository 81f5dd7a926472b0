import { connect, createServer } from 'node:net';
import { join, type Listening, listenOnLoopback } from './loopback.ts';

/** A TCP address that forwards new connections to another server after a switch; open connections are not affected. */
export interface Switchboard extends Listening {
	switchTo(port: number): void;
}

export async function startSwitchboard(firstPort: number): Promise<Switchboard> {
	let target = firstPort;
	const server = createServer((near) => join(near, connect({ port: target, host: '127.0.0.1' })));
	return { ...(await listenOnLoopback(server)), switchTo: (port) => void (target = port) };
}
