/**
 * The parts of the Auth Bridge that the measurements need, without work that takes time: it creates sessions, returns PENDING as the
 * status of each, and counts. All servers that are compared use the same process. Prints its port.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const SESSION_MS = 3_600_000;
const counts = { created: 0, statusReads: 0 };

const server = createServer((request, response) => {
	const { method, url } = request;
	if (method === 'POST') {
		counts.created++;
		request.resume();
		return send(response, 201, createdSession(randomBytes(16).toString('hex')));
	}
	if (url === '/counts') return send(response, 200, counts);
	const id = /^\/auth\/oid4vp\/sessions\/([^/]+)\/status$/.exec(url)?.[1];
	if (id === undefined) return send(response, 200, { greeting: 'Hello' });
	counts.statusReads++;
	return send(response, 200, { sessionId: id, status: 'PENDING', expiresAt: Date.now() + SESSION_MS });
});

function createdSession(sessionId) {
	return {
		sessionId,
		status: 'PENDING',
		requestUri: `openid4vp://authorize?request_uri=${sessionId}`,
		qrCodeDataUri: 'data:image/svg+xml,',
		statusUri: `/auth/oid4vp/sessions/${sessionId}/status`,
		expiresAt: Date.now() + SESSION_MS
	};
}

function send(response, status, value) {
	const body = JSON.stringify(value);
	response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
	response.end(body);
}

server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
