import { describe, expect, test } from 'vitest';
import { json, startStub } from '../http/stub-server';
import { bridgeAt, credential, nowMs, problemOf, sessionId } from './fixtures';

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

	test('sends no credential if there is none', async () => {
		const stub = await startStub(json(200, created.doc));
		await bridgeAt(stub.url).createSession({}, { requestId: 'r1' });
		expect(stub.received[0]?.headers).not.toHaveProperty('authorization');
		expect(stub.received[0]?.headers).not.toHaveProperty('traceparent');
	});

	test('reads the doc dialect', async () => {
		const stub = await startStub(json(200, created.doc));
		expect(await bridgeAt(stub.url).createSession({}, credential)).toEqual({
			sessionId,
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
		['a century off', 1000 - nowMs, 300_000],
		['correct, for the minimum lifetime', 30_000, 30_000],
		['correct or not, for a lifetime below the minimum', 29_999, 300_000],
		['correct, for the maximum lifetime', 900_000, 900_000],
		['correct or not, for a lifetime above the maximum', 900_001, 300_000]
	])('with a Bridge whose clock is %s determines the lifetime once', async (_clock, claimedMs, expiresInMs) => {
		const stub = await startStub(json(201, { ...created.field, expiresAt: nowMs + claimedMs }));
		expect(await bridgeAt(stub.url).createSession({}, credential)).toMatchObject({ expiresInMs });
	});

	test.each([2001, 2954, 8192])('accepts a request URI of %i bytes', async (bytes) => {
		const requestUri = 'openid4vp://authorize?request='.padEnd(bytes, 'x');
		const stub = await startStub(json(201, { ...created.field, requestUri }));
		expect((await bridgeAt(stub.url).createSession({}, credential)).requestUri).toBe(requestUri);
	});

	describe('with the claims that are requested from the wallet', () => {
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
			['a value that is not a list', 'given_name'],
			['an object', { 0: claim }],
			['null', null],
			['entries without a path', [{ label: claim.label }, { ...claim, path: [] }]],
			[
				'a path with invalid elements',
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

		test('keeps the valid claims, each label once, without control characters', async () => {
			const renamed = { path: ['x'], label: { nl: 'x\u202ey\n', en: 'x' } };
			expect(await claimsOf([{}, claim, { ...claim, path: ['nickname'] }, renamed])).toEqual([
				claim,
				{ path: ['x'], label: { nl: 'x y', en: 'x' } }
			]);
		});

		test('keeps at most 20 claims, with labels of at most 80 characters', async () => {
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

		test('reads the first request with the supported protocol', async () => {
			const others = [request('u.u.u', 'openid4vp-v1-unsigned'), request('m.m.m', 'org-iso-mdoc')];
			expect(await offered({ requests: [...others, request('a.b-_.c'), request('d.e.f')] })).toBe('a.b-_.c');
			expect(await offered({ requests: others })).toBeNull();
		});

		test('reads a request of 16,384 characters, and ignores a longer one', async () => {
			expect(await offered({ requests: [request('a.b.'.padEnd(16_384, 'c'))] })).toHaveLength(16_384);
			expect(await offered({ requests: [request('a.b.'.padEnd(16_385, 'c'))] })).toBeNull();
		});

		test.each([
			['a value that is not an object', 'a.b.c'],
			['null', null],
			['a list', [request('a.b.c')]],
			['an object without requests', {}],
			['requests that are not a list', { requests: request('a.b.c') }],
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
		['an empty URI', { requestUri: '' }],
		['a missing URI', { requestUri: undefined }],
		['a javascript: URI', { requestUri: 'javascript://%0aalert(1)' }],
		['a disguised javascript: URI', { requestUri: ' Java\tscript:alert(1)' }],
		['a text that is not a URI', { requestUri: 'hello' }],
		['a URI of more than 8 kB', { requestUri: `openid4vp://${'x'.repeat(8192)}` }],
		['an invalid id', { sessionId: '../../internal' }],
		['a missing id', { sessionId: null }]
	])('refuses %s', async (_what, change) => {
		const stub = await startStub(json(200, { ...created.doc, ...change }));
		expect(await problemOf(bridgeAt(stub.url).createSession({}, credential))).toMatchObject({
			code: 'upstream_invalid',
			status: 502
		});
	});

	test('treats "not found" as a fault of the Bridge, because the caller has requested no existing session', async () => {
		const stub = await startStub(json(404, { error: 'not_found' }));
		expect((await problemOf(bridgeAt(stub.url).createSession({}, credential))).code).toBe('upstream_invalid');
	});
});
