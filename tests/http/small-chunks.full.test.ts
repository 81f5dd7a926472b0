import { afterAll, beforeAll, expect, test } from 'vitest';
import { BODY_LIMIT_MS } from '../../src/entry/request-body.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { headLines, openRawSocket } from '../harness/raw-socket.ts';
import { residentBytes } from '../harness/resident-memory.ts';
import { runtime } from '../harness/runtime.ts';

const CONNECTIONS = 40;
const CHUNKS = 300;
const MB = 1_000_000;

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());

/** Sends chunks of one byte each, of a body that does not end yet. */
function chunkedPost(count: number) {
	const { host } = new URL(landscape.url);
	const type = 'content-type: application/x-www-form-urlencoded';
	const head = headLines('POST /locale HTTP/1.1', `host: ${host}`, type, 'transfer-encoding: chunked');
	return openRawSocket(landscape.portal.port, head + '1\r\na\r\n'.repeat(count));
}

const statusOf = (head: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);

test('bodies that arrive byte by byte use memory only for their bytes', { timeout: 60_000 }, async () => {
	const bodies = Array.from({ length: CONNECTIONS }, () => chunkedPost(1));
	const before = residentBytes(landscape.portal.pid);
	// A busy machine sends fewer chunks before the portal would refuse the bodies as slow.
	const untilMs = performance.now() + BODY_LIMIT_MS / 2;
	for (let n = 0; n < CHUNKS && performance.now() < untilMs; n++) {
		const sent = bodies.map(({ socket }) => new Promise((resolve) => socket.write('1\r\na\r\n', resolve)));
		await Promise.all(sent);
		// The response arrives after these chunks were read, so that each is a separate chunk.
		await fetch(`${landscape.url}/api/health`);
	}
	const taken = residentBytes(landscape.portal.pid) - before;
	for (const { socket } of bodies) socket.write('0\r\n\r\n');
	expect(await Promise.all(bodies.map(async ({ head }) => statusOf(await head)))).toEqual(bodies.map(() => 403));
	for (const { socket } of bodies) socket.destroy();
	expect(taken).toBeLessThan(150 * MB);
});

test('a body of too many chunks is refused before it has ended', { timeout: 60_000 }, async () => {
	const { socket, head } = chunkedPost(70_000);
	// Node joins chunks that arrive together, so the limit of bytes is reached first.
	expect([400, 413]).toContain(statusOf(await head));
	socket.destroy();
	expect((await fetch(`${landscape.url}/api/health`)).status).toBe(200);
});
