import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createBridge } from '$lib/server/bridge/client';
import { sessionStatuses } from '$lib/wallet/wallet-session';
import { inTurn, json, startStub } from '../http/stub-server';
import {
	bridgeAt,
	credential,
	nowMs,
	otherSessionId,
	personal,
	personalText,
	problemOf,
	send,
	sessionId
} from './fixtures';

describe('reading the status', () => {
	test('reads the doc dialect', async () => {
		const wire = { idvRequired: true, idvRequirementReason: 'FIRST_TIME_LINK', reconciliationPlanType: 'RUN_IDV' };
		const stub = await startStub(json(200, { sessionId, status: 'VERIFIED', ...wire }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toEqual({
			sessionId,
			status: 'VERIFIED',
			...wire,
			bridgeExpiresAt: null
		});
		expect(stub.received[0]?.target).toBe(`/auth/oid4vp/sessions/${sessionId}/status`);
	});

	test('reads the field dialect, and drops personal data', async () => {
		const reply = { sessionId, status: 'IDV_REQUIRED', expiresAt: nowMs + 1000, idvMessage: 'Sanne', ...personal };
		const stub = await startStub(json(200, reply));
		const status = await bridgeAt(stub.url).readStatus(sessionId, credential);
		expect(status).toEqual({
			sessionId,
			status: 'IDV_REQUIRED',
			idvRequired: true,
			idvRequirementReason: null,
			reconciliationPlanType: null,
			bridgeExpiresAt: nowMs + 1000
		});
		expect(JSON.stringify(status)).not.toMatch(personalText);
	});

	test.each(sessionStatuses)('recognizes %s', async (status) => {
		const stub = await startStub(json(200, { sessionId, status }));
		expect((await bridgeAt(stub.url).readStatus(sessionId, credential)).status).toBe(status);
	});

	test('treats an unknown status as pending, and logs it once', async () => {
		const warn = vi.fn();
		const stub = await startStub(json(200, { sessionId, status: 'THINKING' }));
		const bridge = bridgeAt(stub.url, { warn, now: ticking(1000) });
		expect((await bridge.readStatus(sessionId, credential)).status).toBe('PENDING');
		expect((await bridge.readStatus(sessionId, credential)).status).toBe('PENDING');
		expect(stub.received).toHaveLength(2);
		expect(warn).toHaveBeenCalledExactlyOnceWith(expect.any(String), { status: 'THINKING' });
	});

	test('reads again after 250 ms even if the wall clock steps back an hour', async () => {
		vi.useFakeTimers({ toFake: ['Date', 'performance'] });
		onTestFinished(() => void vi.useRealTimers());
		const stub = await startStub(
			inTurn(json(200, { sessionId, status: 'PENDING' }), json(200, { sessionId, status: 'VERIFIED' }))
		);
		const bridge = createBridge({ url: stub.url, timeoutMs: 2000, maxBytes: 10_000, send });
		expect((await bridge.readStatus(sessionId, credential)).status).toBe('PENDING');
		vi.setSystemTime(Date.now() - 3_600_000);
		vi.advanceTimersByTime(250);
		expect((await bridge.readStatus(sessionId, credential)).status).toBe('VERIFIED');
	});

	test('does not log a status that is not a word', async () => {
		const warn = vi.fn();
		const stub = await startStub(json(200, { sessionId, status: 'Sanne is born on 2001-02-03' }));
		await bridgeAt(stub.url, { warn }).readStatus(sessionId, credential);
		expect(JSON.stringify(warn.mock.calls)).not.toMatch(personalText);
	});

	test.each<[unknown, boolean]>([
		['true', true],
		[1, true],
		['false', false],
		[0, false],
		['yes', false],
		[[true], false]
	])('reads the flag %j as %j', async (idvRequired, isRequired) => {
		const stub = await startStub(json(200, { sessionId, status: 'VERIFIED', idvRequired }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toMatchObject({ idvRequired: isRequired });
	});

	test.each([null, undefined, '', 5])('accepts a response without a session id: %j', async (named) => {
		const stub = await startStub(json(200, { sessionId: named, status: 'VERIFIED' }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toMatchObject({ sessionId, status: 'VERIFIED' });
	});

	test.each(['soon', true, { toString: null, valueOf: null }])(
		'ignores malformed optional fields: expiry %j',
		async (expiresAt) => {
			const extras = {
				idvRequired: 'yes',
				idvRequirementReason: 'BECAUSE',
				reconciliationPlanType: {},
				expiresAt
			};
			const stub = await startStub(json(200, { sessionId, status: 'PENDING', errorCode: 7, ...extras }));
			expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toEqual({
				sessionId,
				status: 'PENDING',
				idvRequired: false,
				idvRequirementReason: null,
				reconciliationPlanType: null,
				bridgeExpiresAt: null
			});
		}
	);

	test.each([
		['number', nowMs + 5000],
		['text of digits', String(nowMs + 5000)],
		['number of seconds', (nowMs + 5000) / 1000],
		['number of seconds with nine decimals', (nowMs + 5000) / 1000 + 0.000_123_456],
		['text of seconds with nine decimals', `${(nowMs + 5000) / 1000}.000123456`],
		['number of milliseconds with decimals', nowMs + 5000.25],
		['ISO 8601 text', new Date(nowMs + 5000).toISOString()]
	])('reads the expiry as a %s', async (_what, expiresAt) => {
		const stub = await startStub(json(200, { sessionId, status: 'PENDING', expiresAt }));
		expect((await bridgeAt(stub.url).readStatus(sessionId, credential)).bridgeExpiresAt).toBe(nowMs + 5000);
	});

	test.each([
		['access_denied', 'wallet_declined'],
		['USER_CANCELLED', 'wallet_declined'],
		['vp_validation_failed', 'credential_refused'],
		['status_unavailable', 'credential_unchecked'],
		['CREDENTIAL_STATUS_UNREACHABLE', 'credential_unchecked'],
		['already_linked', 'linked_elsewhere'],
		['assurance_too_low', 'assurance_too_low'],
		['idv_refused', 'idv_refused'],
		['review_rejected', 'review_refused'],
		['USER_IDENTIFIER_NOT_FOUND', 'attribute_missing'],
		['no_match', 'no_match']
	])('maps the reason %s to %s', async (errorCode, ours) => {
		const stub = await startStub(json(200, { sessionId, status: 'FAILED', errorCode }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toMatchObject({ errorCode: ours });
	});

	test('omits an unknown reason', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'FAILED', errorCode: 'SANNE_PERSONAL' }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).not.toHaveProperty('errorCode');
	});

	test('refuses the response about another session', async () => {
		const stub = await startStub(json(200, { sessionId: otherSessionId, status: 'VERIFIED' }));
		expect(await problemOf(bridgeAt(stub.url).readStatus(sessionId, credential))).toMatchObject({
			code: 'upstream_invalid',
			facts: { fault: 'foreign_session' }
		});
	});

	test('sends no request for an invalid id', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'VERIFIED' }));
		expect((await problemOf(bridgeAt(stub.url).readStatus('../../internal', credential))).code).toBe('not_found');
		expect(stub.received).toEqual([]);
	});

	test('is shared by simultaneous callers, and repeated after the session was changed', async () => {
		const stub = await startStub((request, response) => {
			const body = request.method === 'GET' ? { sessionId, status: 'VERIFIED' } : { claims: {} };
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		});
		const bridge = bridgeAt(stub.url);
		await Promise.all(Array.from({ length: 50 }, () => bridge.readStatus(sessionId, credential)));
		await bridge.readStatus(sessionId, credential);
		expect(stub.received).toHaveLength(1);
		await bridge.complete(sessionId, credential);
		await bridge.readStatus(sessionId, credential);
		expect(stub.received.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
	});
});

function ticking(stepMs: number): () => number {
	let timeMs = nowMs;
	return () => (timeMs += stepMs);
}
