/** A server that only sends heartbeats on open streams, to measure what a stream costs Deno itself. Prints its port. */
const HEARTBEAT_MS = 4000;
const text = new TextEncoder();
const open = new Set();

setInterval(() => {
	for (const controller of open) controller.enqueue(text.encode(': \n\n'));
}, HEARTBEAT_MS);

function response() {
	let own;
	const body = new ReadableStream({
		start(controller) {
			own = controller;
			open.add(controller);
			controller.enqueue(text.encode(': open\n\n'));
		},
		cancel: () => void open.delete(own)
	});
	return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}

Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => console.log(port) }, response);
