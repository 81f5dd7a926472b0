import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from '../http/support/journeys.ts';

const SLOW = 300;
const IDLE = 10_000;
const AT_ONCE = 250;
const DRIBBLE_MS = 500;

let landscape: Landscape;
const sockets: Socket[] = [];

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
afterEach(() => {
	for (const socket of sockets.splice(0)) socket.destroy();
});

async function connectMany(count: number): Promise<readonly Socket[]> {
	for (let made = 0; made < count; made += AT_ONCE) {
		const some = Array.from({ length: Math.min(AT_ONCE, count - made) }, () =>
			connect(landscape.portal.port, '127.0.0.1')
		);
		for (const socket of some) socket.on('error', () => {});
		sockets.push(...some);
		await Promise.all(some.map((socket) => once(socket, 'connect')));
	}
	return sockets;
}

/** A whole sign-in, and a page behind it. */
async function signsIn(): Promise<boolean> {
	const browser = new Browser(landscape.url);
	const page = await signInAtInstitution(browser);
	return page.status === 200 && page.url.pathname === '/account';
}

/** Sends a head, or the beginning of one, and then a byte now and then. */
function dribble(slow: readonly Socket[], begin: string): () => void {
	for (const socket of slow) socket.write(begin);
	const timer = setInterval(() => {
		for (const socket of slow) if (socket.writable) socket.write('a');
	}, DRIBBLE_MS);
	return () => clearInterval(timer);
}

test('300 connections that never finish their headers do not prevent sign-ins', async () => {
	const stop = dribble(await connectMany(SLOW), 'GET /login HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
	try {
		expect(await Promise.all([signsIn(), signsIn(), signsIn()])).toEqual([true, true, true]);
	} finally {
		stop();
	}
});

// Deno's server has no such limit: there a proxy in front is what closes them (docs/operations.md).
test.skipIf(runtime === 'deno')(
	'connections that never finish their headers are closed after a timeout',
	{ timeout: 90_000 },
	async () => {
		const slow = await connectMany(20);
		const closed = slow.map((socket) => once(socket, 'close'));
		for (const socket of slow) socket.resume();
		const stop = dribble(slow, 'GET /login HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
		try {
			expect(await Promise.all(closed)).toHaveLength(20);
		} finally {
			stop();
		}
	}
);

test('300 bodies that never end do not prevent sign-ins', async () => {
	const head = ['POST /api/wallet/sessions HTTP/1.1', 'Host: localhost', `Origin: ${landscape.url}`];
	const body = ['Content-Type: application/json', 'Content-Length: 4000', '', '{"'];
	const stop = dribble(await connectMany(SLOW), [...head, ...body].join('\r\n'));
	try {
		expect(await Promise.all([signsIn(), signsIn(), signsIn()])).toEqual([true, true, true]);
	} finally {
		stop();
	}
});

/** Each connection is an open file on both sides. */
const maxFiles = Number(spawnSync('sh', ['-c', 'ulimit -Hn']).stdout.toString()) || Infinity;

test.skipIf(maxFiles < IDLE + 1000)(
	'10,000 idle connections do not prevent sign-ins, during or afterwards',
	{ timeout: 60_000 },
	async () => {
		await connectMany(IDLE);
		expect(await signsIn()).toBe(true);
		for (const socket of sockets.splice(0)) socket.destroy();
		expect(await signsIn()).toBe(true);
	}
);
