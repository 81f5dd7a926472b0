import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Respond } from '../../../src/entry/application';
import { createPortalServer } from '../../../src/entry/node/server';
import { portalSettings } from './portal-settings';

/** More than the sockets between the two hold. */
const BODY_BYTES = 20_000_000;

/** Reads a little of each body, and answers. */
const answerEarly: Respond = async ({ body }) => {
	await body?.getReader().read();
	return new Response('enough', { status: 413 });
};

test('who hears nothing until all is sent gets to send it, and to hear the answer', async () => {
	const server = createPortalServer(answerEarly, { ...portalSettings, bodyLimitBytes: BODY_BYTES }).listen(
		0,
		'127.0.0.1'
	);
	onTestFinished(() => {
		server.close().closeAllConnections();
	});
	await once(server, 'listening');
	const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
	onTestFinished(() => void socket.destroy());
	socket.write(`POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`);
	await new Promise((resolve) => socket.write(Buffer.alloc(BODY_BYTES), resolve));
	const [heard] = (await once(socket.resume(), 'data')) as [Buffer];
	expect(heard.toString()).toMatch(/^HTTP\/1\.1 413 /);
});
