import { beforeEach, describe, expect, test } from 'vitest';
import type { Bridge } from '$lib/server/bridge/client';
import { sendJson, startStub } from '../http/stub-server';
import { bridgeAt, credential, nowMs, sessionId } from './fixtures';

const sanne = { ...credential, person: 'sanne' };
const robin = { ...credential, person: 'robin' };

let bridge: Bridge;
let timeMs: number;
/** The last part of the path of each request. */
let received: string[];

beforeEach(async () => {
	timeMs = nowMs;
	received = [];
	const stub = await startStub((request, response) => {
		received.push((request.url ?? '').split(`${sessionId}/`)[1] ?? '');
		sendJson(response, 200, { sessionId, status: 'RECONCILING', redirectUrl: 'https://idp.test/' });
	});
	bridge = bridgeAt(stub.url, { now: () => timeMs });
});

const reads: readonly (readonly [string, (as?: typeof sanne) => Promise<unknown>])[] = [
	['the status of identity verification', (as = sanne) => bridge.readIdvStatus(sessionId, as)],
	['what a person shares', (as = sanne) => bridge.readPerson(sessionId, as)],
	['the status for a page', (as = sanne) => bridge.readStatusForPage(sessionId, as)]
];

describe.each(reads)('%s', (_what, read) => {
	test('is read once in 250 ms, whatever the number of requests', async () => {
		await Promise.all([read(), read()]);
		timeMs += 249;
		await read();
		expect(received).toHaveLength(1);
		timeMs += 1;
		await read();
		expect(received).toHaveLength(2);
	});

	test('is read again after a change that went through the portal', async () => {
		await read();
		await bridge.initiateIdv(sessionId, { redirectUri: 'https://portal.test/' }, sanne);
		await read();
		expect(received).toHaveLength(3);
	});

	test('is read again after a fresh status, because it may be from before that status', async () => {
		await read();
		await bridge.readFreshStatus(sessionId, sanne);
		await read();
		expect(received).toHaveLength(3);
	});
});

test.each(reads.slice(0, 2))('%s is not shared by two people', async (_what, read) => {
	await Promise.all([read(sanne), read(robin)]);
	expect(received).toHaveLength(2);
});

test('a page gets a new status although another request has just read one', async () => {
	await bridge.readStatus(sessionId, sanne);
	await bridge.readIdvStatus(sessionId, sanne);
	await bridge.readStatusForPage(sessionId, sanne);
	await bridge.readIdvStatus(sessionId, sanne);
	await bridge.readStatus(sessionId, sanne);
	expect(received).toEqual(['status', 'idv/status', 'status', 'idv/status']);
});
