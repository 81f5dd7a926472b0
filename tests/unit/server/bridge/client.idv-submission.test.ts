import { describe, expect, test } from 'vitest';
import { IdvSubmission } from '$lib/server/bridge/request';
import * as v from 'valibot';
import { inTurn, json, startStub } from '../http/stub-server';
import { bridgeAt, credential, problemOf, sessionId } from './fixtures';

describe('submitting a manual confirmation', () => {
	test('sends the input unchanged and returns the session’s status', async () => {
		const stub = await startStub(json(200, { status: 'RECONCILING', message: 'Sanne' }));
		const outcome = await bridgeAt(stub.url).submitIdv(sessionId, { candidateId: 'c1' }, credential);
		expect(outcome).toEqual({ sessionId, status: 'RECONCILING' });
		expect(stub.received).toMatchObject([
			{ method: 'POST', target: `/auth/oid4vp/sessions/${sessionId}/idv/submit`, body: '{"candidateId":"c1"}' }
		]);
	});

	test.each([
		['is absent', 404, { path: '/x' }],
		[
			'is absent, as reported by a framework',
			404,
			{ statusCode: 404, error: 'Not Found', message: 'Route POST:/x not found' }
		],
		['is absent, in the old format', 404, { code: '404', message: 'not found' }],
		['does not accept POST', 405, {}],
		['is not implemented', 501, {}]
	])('is not offered if the operation %s', async (_why, status, reply) => {
		const stub = await startStub(json(status, reply));
		const problem = await problemOf(bridgeAt(stub.url).submitIdv(sessionId, { confirm: true }, credential));
		expect(problem).toMatchObject({ code: 'manual_confirmation_not_offered', status: 409 });
	});

	test.each([
		['session_not_found', 404, 'not_found'],
		['invalid_request_body', 400, 'invalid_request'],
		['no_reconciliation_session', 404, 'idv_not_started'],
		['session_not_idv_required', 400, 'idv_not_required'],
		['reconciliation_failed', 422, 'reconciliation_failed']
	])('distinguishes %s from an operation that is not offered', async (error, status, code) => {
		const stub = await startStub(json(status, { error }));
		const problem = await problemOf(bridgeAt(stub.url).submitIdv(sessionId, { confirm: true }, credential));
		expect(problem.code).toBe(code);
	});

	test('distinguishes a missing session in the old format from an operation that is not offered', async () => {
		const stub = await startStub(json(404, { code: '404', message: `Session ${sessionId} not found` }));
		const problem = await problemOf(bridgeAt(stub.url).submitIdv(sessionId, { confirm: true }, credential));
		expect(problem.code).toBe('not_found');
	});

	test('invalidates the status that was read before it', async () => {
		const status = json(200, { sessionId, status: 'IDV_REQUIRED' });
		const stub = await startStub(inTurn(status, json(200, { status: 'COMPLETED' }), status));
		const bridge = bridgeAt(stub.url);
		await bridge.readStatus(sessionId, credential);
		await bridge.submitIdv(sessionId, { confirm: true }, credential);
		await bridge.readStatus(sessionId, credential);
		expect(stub.received).toHaveLength(3);
	});
});

describe('a 200 that reports a failed identity verification', () => {
	const query = new URLSearchParams('code=c&state=s');

	test.each([
		['FAILED', null, 'reconciliation_failed'],
		['FAILED', 'not_a_known_code', 'reconciliation_failed'],
		['FAILED', 'already_linked', 'linked_elsewhere'],
		['ERROR', null, 'idv_failed'],
		['VP_VALIDATION_FAILED', null, 'credential_refused'],
		['EXPIRED', null, 'not_found'],
		['IDV_REQUIRED', null, 'idv_failed'],
		['IDV_REQUIRED', 'no_match', 'no_match']
	])('by the status %s with the error code %j is the problem %s', async (status, errorCode, code) => {
		const stub = await startStub(json(200, { sessionId, status, errorCode }));
		const bridge = bridgeAt(stub.url);
		const submitted = await problemOf(bridge.submitIdv(sessionId, { confirm: true }, credential));
		const finished = await problemOf(bridge.finishIdv(sessionId, query, credential));
		expect([submitted.code, finished.code]).toEqual([code, code]);
	});

	test('after the person refused at the institution is that refusal', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED' }));
		const refused = new URLSearchParams('error=access_denied&state=s');
		expect((await problemOf(bridgeAt(stub.url).finishIdv(sessionId, refused, credential))).code).toBe('idv_refused');
	});

	test.each(['VERIFIED', 'COMPLETED', 'RECONCILING', 'PENDING'])('does not have the status %s', async (status) => {
		const stub = await startStub(json(200, { sessionId, status, errorCode: 'no_match' }));
		const bridge = bridgeAt(stub.url);
		expect(await bridge.submitIdv(sessionId, { confirm: true }, credential)).toEqual({ sessionId, status });
		expect(await bridge.finishIdv(sessionId, query, credential)).toEqual({ sessionId, status });
	});
});

describe('what a person may submit', () => {
	test.each([{ confirm: true }, { candidateId: 'c1' }, { fields: { studentNumber: '123' } }])('is %j', (body) => {
		expect(v.parse(IdvSubmission, body)).toEqual(body);
	});

	test.each([
		{},
		{ confirm: false },
		{ candidateId: '' },
		{ candidateId: 'x'.repeat(201) },
		{ fields: { a: 1 } },
		{ confirm: true, candidateId: 'c1' },
		{ confirm: true, userId: 'u' }
	])('is not %j', (body) => {
		expect(v.is(IdvSubmission, body)).toBe(false);
	});
});
