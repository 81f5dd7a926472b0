/**
 * Sends requests over several connections, on each the next as soon as the response to the previous one has arrived. It writes raw
 * requests to sockets, because a client library would need more processor time than the server that is measured, on the same machine.
 * Reads its task as JSON from standard input, `{ port, requests: string[], seconds?, rampUpSeconds?, total? }`, with one connection
 * for each request. Writes the results as JSON, with times in milliseconds. Requests of the first `rampUpSeconds` are sent but not
 * counted.
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
let sentCount = 0;
const startedMs = performance.now() + rampUpSeconds * 1000;

await Promise.all(requests.map(sendRepeatedly));
const tookMs = performance.now() - startedMs;
console.log(JSON.stringify({ count: timesMs.length, failures, tookMs, ...quantiles() }));

function sendRepeatedly(request) {
	return new Promise((resolve, reject) => {
		const socket = connect({ port, host: '127.0.0.1', noDelay: true });
		let received = '';
		let sentMs = 0;

		function sendNext() {
			if (sentCount >= total || performance.now() - startedMs > seconds * 1000) {
				socket.destroy();
				resolve();
				return;
			}
			sentCount++;
			received = '';
			sentMs = performance.now();
			socket.write(request);
		}

		socket.once('connect', sendNext);
		socket.on('data', (chunk) => {
			received += chunk.latin1Slice();
			if (!isComplete(received)) return;
			if (sentMs >= startedMs) timesMs.push(performance.now() - sentMs);
			if (!received.startsWith('HTTP/1.1 200 ')) failures++;
			sendNext();
		});
		socket.once('error', reject);
		socket.once('end', () => reject(new Error(`The server closed a connection: ${received}`)));
	});
}

/** Whether a response, with one character per byte, has arrived completely. */
function isComplete(response) {
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
