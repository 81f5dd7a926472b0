/**
 * Opens event streams, one connection each, and keeps them open. Reads its task as JSON from the first line of standard input,
 * `{ port, requests: string[] }`. Writes `{ opened }` when all are open. When its input ends, writes `{ closed, alive }`: how many have
 * closed, and on how many data arrived in the last 20 s (heartbeats are sent every 4 s).
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { performance } from 'node:perf_hooks';
import process from 'node:process';

const AT_ONCE = 50;
const SILENT_MS = 20_000;

const lines = createInterface(process.stdin);
const [task] = await once(lines, 'line');
const { port, requests } = JSON.parse(task);
const receivedMs = new Float64Array(requests.length);
const responses = [];
let closed = 0;
let next = 0;

await Promise.all(Array.from({ length: AT_ONCE }, openMany));
console.log(JSON.stringify({ opened: responses.filter((response) => response.startsWith('HTTP/1.1 200 ')).length }));
await once(lines, 'close');
const nowMs = performance.now();
const alive = receivedMs.filter((atMs) => nowMs - atMs < SILENT_MS).length;
console.log(JSON.stringify({ closed, alive }));
process.exit(0);

async function openMany() {
	while (next < requests.length) await openOne(next++);
}

function openOne(index) {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '127.0.0.1', noDelay: true });
		socket.once('connect', () => socket.write(requests[index]));
		socket.once('data', (chunk) => {
			responses.push(chunk.latin1Slice(0, 15));
			resolve();
		});
		socket.on('data', () => (receivedMs[index] = performance.now()));
		socket.once('error', () => socket.destroy());
		socket.once('close', () => {
			closed++;
			resolve();
		});
	});
}
