import { connect, createServer } from 'node:net';
import { join, type Listening, listenOnLoopback } from './loopback.ts';

/** A TCP address in front of a service. It responds to some requests itself, with arbitrary bytes. */
export interface RawFront extends Listening {
	/** Sends these bytes in response to requests whose head matches, from now on; null passes all requests on. */
	respondWith(rule: { readonly head: RegExp; readonly bytes: string } | null): void;
	/** The heads of the requests that this front responded to. */
	readonly matched: readonly string[];
}

/** @param targetPort the service's port on 127.0.0.1 */
export async function startRawFront(targetPort: number): Promise<RawFront> {
	const matched: string[] = [];
	let current: { readonly head: RegExp; readonly bytes: string } | null = null;
	const server = createServer((near) => {
		const far = connect({ port: targetPort, host: '127.0.0.1' });
		join(near, far, false);
		near.on('data', (data: Buffer) => {
			const [head = ''] = data.toString('latin1').split('\r\n\r\n');
			if (!current?.head.test(head)) return void far.write(data);
			matched.push(head);
			near.write(current.bytes);
		});
	});
	return { ...(await listenOnLoopback(server)), respondWith: (rule) => (current = rule), matched };
}
