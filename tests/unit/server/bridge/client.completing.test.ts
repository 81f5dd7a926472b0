import { describe, expect, test } from 'vitest';
import { json, startStub } from '../http/stub-server';
import { bridgeAt, credential, otherSessionId, personal, problemOf, sessionId } from './fixtures';

describe('submitting the response of the Digital Credentials API', () => {
	const response = { protocol: 'openid4vp-v1-signed', data: { response: 'a..b.c.d' } } as const;
	const submit = (url: string) => bridgeAt(url).submitDcApi(sessionId, response, credential);

	test('sends it unchanged, and returns only the new status', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'VERIFYING', ...personal }));
		expect(await submit(stub.url)).toEqual({ sessionId, status: 'VERIFYING' });
		expect(stub.received).toMatchObject([
			{
				method: 'POST',
				target: `/auth/oid4vp/sessions/${sessionId}/dc-api`,
				headers: { authorization: 'Bearer user' },
				body: JSON.stringify(response)
			}
		]);
	});

	test.each([
		['that does not have the operation', 404, { path: '/auth' }, 'dc_api_not_offered'],
		['that does not have the method', 405, {}, 'dc_api_not_offered'],
		['that no longer has the session', 404, { error: 'session_not_found' }, 'not_found'],
		[
			'that reports an unknown session with status 500',
			500,
			{ code: '404', message: 'session not found' },
			'not_found'
		],
		['that finds the response invalid', 400, { error: { code: 'INVALID_REQUEST_BODY' } }, 'invalid_request'],
		['that has a response already', 409, { error: 'conflict' }, 'wallet_already_responded'],
		['that has completed the session', 409, { error: 'session_already_completed' }, 'wallet_already_responded'],
		['that refuses the presentation', 422, { error: 'vp_validation_failed' }, 'credential_refused'],
		['that is unavailable', 503, {}, 'upstream_unavailable'],
		['that returns no status', 200, { sessionId }, 'upstream_invalid'],
		['that names another session', 200, { sessionId: otherSessionId, status: 'VERIFIED' }, 'upstream_invalid']
	])('to a Bridge %s (%i %j) results in %s, and is not repeated', async (_bridge, status, body, code) => {
		const stub = await startStub(json(status, body));
		expect((await problemOf(submit(stub.url))).code).toBe(code);
		expect(stub.received).toHaveLength(1);
	});
});

describe('completing', () => {
	test.each([
		['doc', { userId: 'u', claims: {}, isNewUser: false, acr: 'a', amr: ['x'], authenticatedAt: '2026-01-01' }],
		['field', { sessionId, status: 'COMPLETED', ...personal }],
		['the status from before', { sessionId, status: 'VERIFIED', userId: 'u' }],
		['a status of its own', { sessionId, status: 'SUCCESS', claims: {} }]
	])('returns only that it is completed (%s)', async (_dialect, reply) => {
		const stub = await startStub(json(200, reply));
		expect(await bridgeAt(stub.url).complete(sessionId, credential)).toEqual({ kind: 'completed' });
		expect(stub.received).toMatchObject([
			{ method: 'POST', target: `/auth/oid4vp/sessions/${sessionId}/complete`, body: '' }
		]);
	});

	test.each([
		[
			'with a reason',
			202,
			{ status: 'IDV_REQUIRED', sessionId, message: 'm', reason: 'EXPIRED_BINDING' },
			'EXPIRED_BINDING'
		],
		['in the old format', 202, { code: '202', message: 'm' }, null],
		['in the body of a 200', 200, { status: 'IDV_REQUIRED', sessionId }, null],
		['as an error', 409, { error: { code: 'IDV_REQUIRED', message: 'm', details: {} } }, null],
		['by a version that responds with 500 to every error', 500, { code: '202', message: 'm' }, null]
	])('reports that identity verification is needed, %s', async (_how, status, reply, reason) => {
		const stub = await startStub(json(status, reply));
		expect(await bridgeAt(stub.url).complete(sessionId, credential)).toEqual({ kind: 'idv_required', reason });
	});

	test.each([
		['nested', 409, { error: { code: 'SESSION_ALREADY_COMPLETED', message: 'm' } }],
		['flat', 409, { error: 'session_already_completed' }],
		['in the message only', 500, { code: '500', message: `session already completed: ${sessionId}` }]
	])('treats "already completed" as completed (%s)', async (_shape, status, reply) => {
		const stub = await startStub(json(status, reply));
		expect(await bridgeAt(stub.url).complete(sessionId, credential)).toEqual({ kind: 'completed' });
	});

	test.each([
		['not verified', 400, { error: { code: 'SESSION_NOT_VERIFIED', message: 'm' } }, 'session_not_verified'],
		[
			'not verified, in the old format',
			400,
			{ code: '400', message: 'session not verified: x' },
			'session_not_verified'
		],
		['another session', 200, { sessionId: otherSessionId, claims: {} }, 'upstream_invalid'],
		['another session that needs verification', 202, { sessionId: otherSessionId }, 'upstream_invalid'],
		['something unrelated', 200, { hello: 'world' }, 'upstream_invalid'],
		['a list', 200, [], 'upstream_invalid'],
		...['FAILED', 'EXPIRED', 'ERROR', 'PENDING', 'RECONCILING'].map((status): [string, number, object, string] => [
			`a session that is ${status}, with the person`,
			200,
			{ status, userId: 'u', claims: {} },
			'upstream_invalid'
		])
	])('refuses a response about %s', async (_what, status, reply, code) => {
		const stub = await startStub(json(status, reply));
		expect((await problemOf(bridgeAt(stub.url).complete(sessionId, credential))).code).toBe(code);
	});
});

describe("the person's data for the identity screen", () => {
	test.each([
		['snake_case', { given_name: 'Sanne', family_name: 'de Vries', birthdate: '2001-02-03' }],
		['camelCase', { givenName: 'Sanne', familyName: 'de Vries', birthDate: '2001-02-03' }],
		['lists', { given_name: ['Sanne'], family_name: ['de', 'Vries'], birthdate: ['2001-02-03'] }],
		['surroundings', { given_name: ' Sanne\u0000\u202e ', family_name: 'de Vries\n', birth_date: '2001-02-03' }]
	])('are read from %s', async (_how, mappedClaims) => {
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED', mappedClaims }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({
			givenName: 'Sanne',
			familyName: 'de Vries',
			birthdate: '2001-02-03'
		});
	});

	test('are limited to three fields, which may be numbers', async () => {
		const mappedClaims = { given_name: {}, family_name: null, birthdate: 20010203, email: 'sanne@personal.example' };
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED', mappedClaims }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({ birthdate: '20010203' });
	});

	test('may be missing', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED' }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({});
	});

	test.each([null, undefined, 7])('are not shown if the response names the session %j', async (named) => {
		const mappedClaims = { given_name: 'Sanne' };
		const stub = await startStub(json(200, { sessionId: named, status: 'IDV_REQUIRED', mappedClaims }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({});
	});

	test('are refused if they belong to another session', async () => {
		const stub = await startStub(
			json(200, { sessionId: otherSessionId, status: 'VERIFIED', mappedClaims: { given_name: 'Sanne' } })
		);
		expect((await problemOf(bridgeAt(stub.url).readPerson(sessionId, credential))).code).toBe('upstream_invalid');
	});
});
