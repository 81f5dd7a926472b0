/**
 * Sends one request after another over each of several connections, as fast as responses come. Raw sockets and written-out
 * requests: a client library would cost more than what it measures, and share the two cores of a small machine with it.
 * Reads its task as JSON from standard input, `{ port, requests: string[], seconds?, rampUpSeconds?, total? }`, one connection
 * for each request; writes what it saw, with times in milliseconds. Requests of the first `rampUpSeconds` are sent, and not counted.
 */
import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const END_OF_HEAD = '\r\n\r\n';
const END_OF_CHUNKS = '\r\n0\r\n\r\n';

const {
	port,
	requests,
	seconds = Infinity,
	rampUpSeconds = 0,
	total = Infinity
} = JSON.parse(await text(process.stdin));
const timesMs = [];
let failures = 0;
let begun = 0;
const startedMs = performance.now() + rampUpSeconds * 1000;

await Promise.all(requests.map(keepAsking));
const tookMs = performance.now() - startedMs;
console.log(JSON.stringify({ count: timesMs.length, failures, tookMs, ...quantiles() }));

function keepAsking(request) {
	return new Promise((resolve, reject) => {
		const socket = connect({ port, host: '127.0.0.1', noDelay: true });
		let received = '';
		let askedMs = 0;

		function ask() {
			if (begun >= total || performance.now() - startedMs > seconds * 1000) {
				socket.destroy();
				resolve();
				return;
			}
			begun++;
			received = '';
			askedMs = performance.now();
			socket.write(request);
		}

		socket.once('connect', ask);
		socket.on('data', (chunk) => {
			received += chunk.latin1Slice();
			if (!isWhole(received)) return;
			if (askedMs >= startedMs) timesMs.push(performance.now() - askedMs);
			if (!received.startsWith('HTTP/1.1 200 ')) failures++;
			ask();
		});
		socket.once('error', reject);
		socket.once('end', () => reject(new Error(`The server closed a connection: ${received}`)));
	});
}

/** Whether a response, one byte a character, has arrived up to its end. */
function isWhole(response) {
	const head = response.indexOf(END_OF_HEAD);
	if (head < 0) return false;
	const length = /\r\ncontent-length: (\d+)/i.exec(response.slice(0, head))?.[1];
	if (length === undefined) return response.endsWith(END_OF_CHUNKS);
	return response.length >= head + END_OF_HEAD.length + Number(length);
}

function quantiles() {
	const sorted = Float64Array.from(timesMs).sort();
	const at = (share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
	return { medianMs: at(0.5), p99Ms: at(0.99) };
}
