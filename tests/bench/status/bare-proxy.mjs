/**
 * The proxy that the portal's status reads are compared with: a `node:http` server that calls the upstream by `fetch`. With
 * BENCH_SECRET, it also opens a session with Auth.js's `decode` for each request. Prints its port.
 */
import { createServer } from 'node:http';
import process from 'node:process';
import { decode } from '@auth/core/jwt';

const { BENCH_UPSTREAM: upstream, BENCH_SECRET: secret } = process.env;

const server = createServer((request, response) => {
	respond(request, response).catch((error) => {
		console.error(error);
		response.writeHead(502).end();
	});
});

async function respond(request, response) {
	if (secret && !(await decode({ token: tokenOf(request), secret, salt: 'session' }))) {
		response.writeHead(401).end();
		return;
	}
	const received = await fetch(upstream + request.url);
	const body = await received.text();
	response.writeHead(received.status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body)
	});
	response.end(body);
}

function tokenOf({ headers }) {
	return headers.cookie?.replace(/^session=/, '');
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
