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

const created = {
	doc: {
		sessionId,
		requestUri: 'openid4vp://authorize?request_uri=x',
		qrCodeDataUri: 'data:image/png;base64,AA',
		statusUri: `/auth/oid4vp/sessions/${sessionId}/status`,
		qrPageUri: 'https://bridge.test/qr'
	},
	field: {
		sessionId,
		requestUri: 'openid4vp://authorize?request_uri=x',
		qrCodeDataUri: '',
		statusEndpoint: '/status',
		status: 'PENDING',
		correlationId: 'corr',
		expiresAt: nowMs + 299_000
	}
};

describe('creating a session', () => {
	test('sends the options, the credential and the ids for the log', async () => {
		const stub = await startStub(json(200, created.doc));
		await bridgeAt(`${stub.url}/v1`).createSession({ queryId: 'q1', forceReconciliation: true }, credential);
		expect(stub.received).toMatchObject([
			{
				method: 'POST',
				target: '/v1/auth/oid4vp/sessions',
				headers: {
					'content-type': 'application/json',
					accept: 'application/json',
					authorization: 'Bearer user',
					'x-request-id': 'r1',
					traceparent: '00-trace-01'
				},
				body: '{"queryId":"q1","forceReconciliation":true}'
			}
		]);
	});

	test('sends no credential where there is none', async () => {
		const stub = await startStub(json(200, created.doc));
		await bridgeAt(stub.url).createSession({}, { requestId: 'r1' });
		expect(stub.received[0]?.headers).not.toHaveProperty('authorization');
		expect(stub.received[0]?.headers).not.toHaveProperty('traceparent');
	});

	test('reads the doc dialect', async () => {
		const stub = await startStub(json(200, created.doc));
		expect(await bridgeAt(stub.url).createSession({}, credential)).toEqual({
			sessionId,
			status: 'CREATED',
			requestUri: created.doc.requestUri,
			expiresInMs: 300_000,
			bridgeExpiresAt: null,
			requestedClaims: [],
			dcRequest: null
		});
	});

	test('reads the field dialect', async () => {
		const stub = await startStub(json(201, created.field));
		expect(await bridgeAt(stub.url).createSession({}, credential)).toEqual({
			sessionId,
			status: 'PENDING',
			requestUri: created.field.requestUri,
			expiresInMs: 299_000,
			bridgeExpiresAt: nowMs + 299_000,
			requestedClaims: [],
			dcRequest: null
		});
	});

	test.each([
		['six minutes behind', -360_000 + 300_000, 300_000],
		['an hour ahead', 3_600_000 + 300_000, 300_000],
		['of another century', 1000 - nowMs, 300_000],
		['right, for a session that lives as short as one may', 30_000, 30_000],
		['right or wrong, for a session that would live too short', 29_999, 300_000],
		['right, for a session that lives as long as one may', 900_000, 900_000],
		['right or wrong, for a session that would live too long', 900_001, 300_000]
	])('by a Bridge whose clock is %s, decides its lifetime once', async (_clock, claimedMs, expiresInMs) => {
		const stub = await startStub(json(201, { ...created.field, expiresAt: nowMs + claimedMs }));
		expect(await bridgeAt(stub.url).createSession({}, credential)).toMatchObject({ expiresInMs });
	});

	test.each([2001, 2954, 8192])('takes an address of %i bytes', async (bytes) => {
		const requestUri = 'openid4vp://authorize?request='.padEnd(bytes, 'x');
		const stub = await startStub(json(201, { ...created.field, requestUri }));
		expect((await bridgeAt(stub.url).createSession({}, credential)).requestUri).toBe(requestUri);
	});

	describe('with the claims that the wallet is asked for', () => {
		const claim = { path: ['given_name'], label: { nl: 'voornaam', en: 'first name' } };
		const claimsOf = async (requestedClaims: unknown) => {
			const stub = await startStub(json(201, { ...created.field, requestedClaims }));
			return (await bridgeAt(stub.url).createSession({}, credential)).requestedClaims;
		};

		test('reads paths and labels, in the order of the query', async () => {
			const nested = { path: ['degrees', null, 0, 'type'], label: [{ lang: 'nl', value: 'diploma' }] };
			expect(await claimsOf([claim, nested])).toEqual([
				claim,
				{ path: nested.path, label: { nl: 'diploma', en: 'diploma' } }
			]);
		});

		test.each([
			['no list', 'given_name'],
			['an object', { 0: claim }],
			['null', null],
			['entries without a path', [{ label: claim.label }, { ...claim, path: [] }]],
			[
				'a path of something else',
				[
					{ ...claim, path: [{}] },
					{ ...claim, path: [-1] },
					{ ...claim, path: 'given_name' }
				]
			],
			['a path of eleven parts', [{ ...claim, path: Array<string>(11).fill('a') }]],
			['a label without text', [{ ...claim, label: { nl: '\u0007 ', en: 7 } }, { ...claim, label: ['x'] }, claim.path]]
		])('ignores %s', async (_what, sent) => {
			expect(await claimsOf(sent)).toEqual([]);
		});

		test('keeps the valid ones, each label once, without control characters', async () => {
			const renamed = { path: ['x'], label: { nl: 'x\u202ey\n', en: 'x' } };
			expect(await claimsOf([{}, claim, { ...claim, path: ['nickname'] }, renamed])).toEqual([
				claim,
				{ path: ['x'], label: { nl: 'x y', en: 'x' } }
			]);
		});

		test('keeps at most 20, with labels of at most 80 characters', async () => {
			const many = Array.from({ length: 60 }, (_, n) => ({ path: ['x'], label: `${n} `.padEnd(90, 'x') }));
			const claims = await claimsOf(many);
			expect(claims).toHaveLength(20);
			expect(claims[19]?.label.nl).toBe('19 '.padEnd(80, 'x'));
		});
	});

	describe('with a request for the Digital Credentials API', () => {
		const request = (jwt: unknown, protocol = 'openid4vp-v1-signed') => ({ protocol, data: { request: jwt } });
		const offered = async (dcApi: unknown) => {
			const stub = await startStub(json(201, { ...created.field, dcApi }));
			return (await bridgeAt(stub.url, { maxBytes: 100_000 }).createSession({}, credential)).dcRequest;
		};

		test('reads the first one with the supported protocol', async () => {
			const others = [request('u.u.u', 'openid4vp-v1-unsigned'), request('m.m.m', 'org-iso-mdoc')];
			expect(await offered({ requests: [...others, request('a.b-_.c'), request('d.e.f')] })).toBe('a.b-_.c');
			expect(await offered({ requests: others })).toBeNull();
		});

		test('reads one of 16,384 characters, and ignores a longer one', async () => {
			expect(await offered({ requests: [request('a.b.'.padEnd(16_384, 'c'))] })).toHaveLength(16_384);
			expect(await offered({ requests: [request('a.b.'.padEnd(16_385, 'c'))] })).toBeNull();
		});

		test.each([
			['no object', 'a.b.c'],
			['null', null],
			['a list', [request('a.b.c')]],
			['no requests', {}],
			['requests that are no list', { requests: request('a.b.c') }],
			['a request without data', { requests: [{ protocol: 'openid4vp-v1-signed' }, null, 'x'] }],
			[
				'requests that are not signed',
				{ requests: [request('a.b'), request('a..c'), request({ a: 1 }), request('<b>.b.c')] }
			]
		])('ignores %s', async (_what, dcApi) => {
			expect(await offered(dcApi)).toBeNull();
		});
	});

	test.each([
		['an empty address', { requestUri: '' }],
		['no address', { requestUri: undefined }],
		['an address that a browser would run', { requestUri: 'javascript://%0aalert(1)' }],
		['the same in disguise', { requestUri: ' Java\tscript:alert(1)' }],
		['an address that is no address', { requestUri: 'hello' }],
		['an address of more than 8 kB', { requestUri: `openid4vp://${'x'.repeat(8192)}` }],
		['an id that is none', { sessionId: '../../internal' }],
		['no id', { sessionId: null }]
	])('refuses %s', async (_what, change) => {
		const stub = await startStub(json(200, { ...created.doc, ...change }));
		expect(await problemOf(bridgeAt(stub.url).createSession({}, credential))).toMatchObject({
			code: 'upstream_invalid',
			status: 502
		});
	});

	test('takes "not found" for a fault of the Bridge: there is nothing of the caller to be found', async () => {
		const stub = await startStub(json(404, { error: 'not_found' }));
		expect((await problemOf(bridgeAt(stub.url).createSession({}, credential))).code).toBe('upstream_invalid');
	});
});

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

	test('reads the field dialect, and drops what is personal', async () => {
		const answer = { sessionId, status: 'IDV_REQUIRED', expiresAt: nowMs + 1000, idvMessage: 'Sanne', ...personal };
		const stub = await startStub(json(200, answer));
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

	test.each(sessionStatuses)('knows %s', async (status) => {
		const stub = await startStub(json(200, { sessionId, status }));
		expect((await bridgeAt(stub.url).readStatus(sessionId, credential)).status).toBe(status);
	});

	test('takes a status nobody has listed for "still waiting", and tells it once', async () => {
		const warn = vi.fn();
		const stub = await startStub(json(200, { sessionId, status: 'THINKING' }));
		const bridge = bridgeAt(stub.url, { warn, now: ticking(1000) });
		expect((await bridge.readStatus(sessionId, credential)).status).toBe('PENDING');
		expect((await bridge.readStatus(sessionId, credential)).status).toBe('PENDING');
		expect(stub.received).toHaveLength(2);
		expect(warn).toHaveBeenCalledExactlyOnceWith(expect.any(String), { status: 'THINKING' });
	});

	test('reads again after 250 ms when the wall clock steps back an hour', async () => {
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

	test('does not repeat a status that is no word', async () => {
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

	test.each([null, undefined, '', 5])('does without a session id: %j', async (named) => {
		const stub = await startStub(json(200, { sessionId: named, status: 'VERIFIED' }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toMatchObject({ sessionId, status: 'VERIFIED' });
	});

	test('does without malformed extras', async () => {
		const extras = {
			idvRequired: 'yes',
			idvRequirementReason: 'BECAUSE',
			reconciliationPlanType: {},
			expiresAt: 'soon'
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
	});

	test.each([
		['number', nowMs + 5000],
		['text of digits', String(nowMs + 5000)],
		['number of seconds', (nowMs + 5000) / 1000],
		['ISO 8601 text', new Date(nowMs + 5000).toISOString()]
	])('takes the end as a %s', async (_what, expiresAt) => {
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
	])('puts the reason %s into our own words: %s', async (errorCode, ours) => {
		const stub = await startStub(json(200, { sessionId, status: 'FAILED', errorCode }));
		expect(await bridgeAt(stub.url).readStatus(sessionId, credential)).toMatchObject({ errorCode: ours });
	});

	test('gives no reason that nobody knows', async () => {
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

	test('asks nothing for an id that is none', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'VERIFIED' }));
		expect((await problemOf(bridgeAt(stub.url).readStatus('../../internal', credential))).code).toBe('not_found');
		expect(stub.received).toEqual([]);
	});

	test('is one read for many at a time, and a new one after the session was changed', async () => {
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

describe('submitting the response of the Digital Credentials API', () => {
	const response = { protocol: 'openid4vp-v1-signed', data: { response: 'a..b.c.d' } } as const;
	const submit = (url: string) => bridgeAt(url).submitDcApi(sessionId, response, credential);

	test('sends it as it is, and returns only the new status', async () => {
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
		['that has no session, and says so with a 500', 500, { code: '404', message: 'session not found' }, 'not_found'],
		['that finds the response invalid', 400, { error: { code: 'INVALID_REQUEST_BODY' } }, 'invalid_request'],
		['that has a response already', 409, { error: 'conflict' }, 'wallet_already_responded'],
		['that has completed the session', 409, { error: 'session_already_completed' }, 'wallet_already_responded'],
		['that refuses the presentation', 422, { error: 'vp_validation_failed' }, 'credential_refused'],
		['that is down', 503, {}, 'upstream_unavailable'],
		['that returns no status', 200, { sessionId }, 'upstream_invalid'],
		['that names another session', 200, { sessionId: otherSessionId, status: 'VERIFIED' }, 'upstream_invalid']
	])('at a Bridge %s gives %i %j: %s, once', async (_bridge, status, body, code) => {
		const stub = await startStub(json(status, body));
		expect((await problemOf(submit(stub.url))).code).toBe(code);
		expect(stub.received).toHaveLength(1);
	});
});

describe('completing', () => {
	test.each([
		['doc', { userId: 'u', claims: {}, isNewUser: false, acr: 'a', amr: ['x'], authenticatedAt: '2026-01-01' }],
		['field', { sessionId, status: 'COMPLETED', ...personal }]
	])('says that it is done and nothing more (%s)', async (_dialect, answer) => {
		const stub = await startStub(json(200, answer));
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
		['in the old shape', 202, { code: '202', message: 'm' }, null],
		['in the body of a 200', 200, { status: 'IDV_REQUIRED', sessionId }, null],
		['as an error', 409, { error: { code: 'IDV_REQUIRED', message: 'm', details: {} } }, null],
		['by the line that answers 500 for everything', 500, { code: '202', message: 'm' }, null]
	])('reports that identity verification is needed, %s', async (_how, status, answer, reason) => {
		const stub = await startStub(json(status, answer));
		expect(await bridgeAt(stub.url).complete(sessionId, credential)).toEqual({ kind: 'idv_required', reason });
	});

	test.each([
		['nested', 409, { error: { code: 'SESSION_ALREADY_COMPLETED', message: 'm' } }],
		['flat', 409, { error: 'session_already_completed' }],
		['in words only', 500, { code: '500', message: `session already completed: ${sessionId}` }]
	])('counts "already completed" as done (%s)', async (_shape, status, answer) => {
		const stub = await startStub(json(status, answer));
		expect(await bridgeAt(stub.url).complete(sessionId, credential)).toEqual({ kind: 'completed' });
	});

	test.each([
		['not verified', 400, { error: { code: 'SESSION_NOT_VERIFIED', message: 'm' } }, 'session_not_verified'],
		[
			'not verified, in the old shape',
			400,
			{ code: '400', message: 'session not verified: x' },
			'session_not_verified'
		],
		['another session', 200, { sessionId: otherSessionId, claims: {} }, 'upstream_invalid'],
		['another session that needs verification', 202, { sessionId: otherSessionId }, 'upstream_invalid'],
		['something unrelated', 200, { hello: 'world' }, 'upstream_invalid'],
		['a list', 200, [], 'upstream_invalid']
	])('refuses an answer about %s', async (_what, status, answer, code) => {
		const stub = await startStub(json(status, answer));
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

	test('are three fields and no more, and may be numbers', async () => {
		const mappedClaims = { given_name: {}, family_name: null, birthdate: 20010203, email: 'sanne@personal.example' };
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED', mappedClaims }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({ birthdate: '20010203' });
	});

	test('may be missing', async () => {
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED' }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({});
	});

	test.each([null, undefined, 7])('are not shown where the response names the session %j', async (named) => {
		const mappedClaims = { given_name: 'Sanne' };
		const stub = await startStub(json(200, { sessionId: named, status: 'IDV_REQUIRED', mappedClaims }));
		expect(await bridgeAt(stub.url).readPerson(sessionId, credential)).toEqual({});
	});

	test('of another session are refused', async () => {
		const stub = await startStub(
			json(200, { sessionId: otherSessionId, status: 'VERIFIED', mappedClaims: { given_name: 'Sanne' } })
		);
		expect((await problemOf(bridgeAt(stub.url).readPerson(sessionId, credential))).code).toBe('upstream_invalid');
	});
});

function ticking(stepMs: number): () => number {
	let timeMs = nowMs;
	return () => (timeMs += stepMs);
}
