import { describe, expect, test } from 'vitest';
import { json, sendJson, startStub } from '../http/stub-server';
import { bridgeAt, credential, nowMs, otherSessionId, personal, personalText, problemOf, sessionId } from './fixtures';

const redirectUri = `https://portal.test/api/wallet/sessions/${sessionId}/idv/callback`;

describe('initiating identity verification', () => {
	test('reads the doc dialect', async () => {
		const reply = {
			reconciliationSessionId: 'rec',
			authorizationUrl: 'https://idp.test/authorize?x=1',
			providerId: 'p'
		};
		const stub = await startStub(json(200, reply));
		expect(await bridgeAt(stub.url).initiateIdv(sessionId, { redirectUri }, credential)).toEqual({
			sessionId,
			redirectUrl: 'https://idp.test/authorize?x=1',
			planType: null,
			reason: null
		});
		expect(stub.received).toMatchObject([
			{
				method: 'POST',
				target: `/auth/oid4vp/sessions/${sessionId}/idv/initiate`,
				body: JSON.stringify({ redirectUri })
			}
		]);
	});

	test('reads the field dialect, and drops personal data', async () => {
		const said = { redirectUrl: 'http://sts.test/r', planType: 'RUN_IDV', idvRequirementReason: 'FIRST_TIME_LINK' };
		const stub = await startStub(json(200, { sessionId, ...said, ...personal }));
		const start = await bridgeAt(stub.url).initiateIdv(sessionId, { redirectUri }, credential);
		expect(start).toEqual({
			sessionId,
			redirectUrl: 'http://sts.test/r',
			planType: 'RUN_IDV',
			reason: 'FIRST_TIME_LINK'
		});
		expect(JSON.stringify(start)).not.toMatch(personalText);
	});

	test.each([
		[{ sessionId, planType: 'MANUAL_REVIEW' }],
		[{ sessionId, redirectUrl: null }],
		[{ reconciliationSessionId: 'rec', authorizationUrl: '' }]
	])('returns no redirect URL for %j', async (reply) => {
		const stub = await startStub(json(200, reply));
		const start = await bridgeAt(stub.url).initiateIdv(sessionId, { redirectUri }, credential);
		expect(start.redirectUrl).toBeNull();
	});

	test.each([
		['a javascript: URL', { sessionId, redirectUrl: 'javascript:alert(1)' }],
		['a URL without a host', { sessionId, redirectUrl: '/login' }],
		['a URL without a scheme', { sessionId, redirectUrl: '//evil.test' }],
		['a URL that is not a string', { sessionId, redirectUrl: 5 }],
		['a URL that is too long', { sessionId, redirectUrl: `https://idp.test/${'x'.repeat(5000)}` }],
		['another session', { sessionId: otherSessionId, redirectUrl: 'https://idp.test/' }],
		['something unrelated', { hello: 'world' }],
		['an empty list', []]
	])('refuses %s', async (_what, reply) => {
		const stub = await startStub(json(200, reply));
		const problem = await problemOf(bridgeAt(stub.url).initiateIdv(sessionId, { redirectUri }, credential));
		expect(problem.code).toBe('upstream_invalid');
	});

	test('reports that the session does not require it', async () => {
		const stub = await startStub(json(400, { error: { code: 'SESSION_NOT_IDV_REQUIRED', message: 'm' } }));
		const problem = await problemOf(bridgeAt(stub.url).initiateIdv(sessionId, { redirectUri }, credential));
		expect(problem).toMatchObject({ code: 'idv_not_required', status: 409 });
	});
});

describe("passing on the institution's response", () => {
	const query = new URLSearchParams('code=c&state=s&code=c2&iss=x&iss=z&wallet_session=y');

	test("passes on OAuth's own parameters only, each of them once", async () => {
		const stub = await startStub(json(200, { status: 'COMPLETED', sessionId, matchId: 'personal' }));
		const outcome = await bridgeAt(stub.url).finishIdv(sessionId, query, credential);
		expect(outcome).toEqual({ sessionId, status: 'COMPLETED' });
		expect(stub.received).toMatchObject([{ method: 'GET', target: '/auth/oid4vp/idv/callback?code=c&state=s&iss=x' }]);
	});

	test('is not repeated, because a code works only once', async () => {
		const stub = await startStub(json(503, {}));
		await problemOf(bridgeAt(stub.url).finishIdv(sessionId, query, credential));
		expect(stub.received).toHaveLength(1);
	});

	test.each([null, undefined])('refuses a response that does not name the session: %j', async (named) => {
		const stub = await startStub(json(200, { status: 'COMPLETED', sessionId: named }));
		expect((await problemOf(bridgeAt(stub.url).finishIdv(sessionId, query, credential))).code).toBe('upstream_invalid');
	});

	test('refuses a response about another session', async () => {
		const stub = await startStub(json(200, { status: 'COMPLETED', sessionId: otherSessionId }));
		expect((await problemOf(bridgeAt(stub.url).finishIdv(sessionId, query, credential))).code).toBe('upstream_invalid');
	});

	test.each([
		['a wrong state', 400, { error: { code: 'NO_RECONCILIATION_MAPPING', message: 'm' } }, 'idv_failed'],
		['a refusal without a code', 400, {}, 'idv_failed'],
		['a link that is refused', 422, { error: 'reconciliation_failed' }, 'reconciliation_failed'],
		['a link to another person', 409, { error: 'already_linked' }, 'linked_elsewhere'],
		['a session that no longer exists', 500, { error: 'session_not_found' }, 'not_found'],
		['a fault', 500, {}, 'upstream_invalid']
	])('reports %s', async (_what, status, reply, code) => {
		const stub = await startStub(json(status, reply));
		expect((await problemOf(bridgeAt(stub.url).finishIdv(sessionId, query, credential))).code).toBe(code);
	});

	test.each([
		['access_denied', 'idv_refused'],
		['server_error', 'idv_failed']
	])("reports the institution's own %s, whatever the Bridge responds", async (error, code) => {
		const stub = await startStub(json(422, { error: 'reconciliation_failed' }));
		const refused = new URLSearchParams({ error, state: 's' });
		expect((await problemOf(bridgeAt(stub.url).finishIdv(sessionId, refused, credential))).code).toBe(code);
		expect(stub.received[0]?.target).toBe(`/auth/oid4vp/idv/callback?state=s&error=${error}`);
	});
});

describe('the status of identity verification', () => {
	test('contains plan, reason and candidates', async () => {
		const candidates = [
			{ id: 1, label: ' Sanne de Vries ', score: 9 },
			{ id: 'x' },
			'y',
			{ id: 'z', label: 'S. de Vries' }
		];
		const plan = { planType: 'MANUAL_REVIEW', idvRequirementReason: 'CANDIDATE_MATCH_CONFIRMATION' };
		const stub = await startStub(json(200, { sessionId, status: 'IDV_REQUIRED', ...plan, candidates }));
		expect(await bridgeAt(stub.url).readIdvStatus(sessionId, credential)).toEqual({
			sessionId,
			status: 'IDV_REQUIRED',
			planType: 'MANUAL_REVIEW',
			reason: 'CANDIDATE_MATCH_CONFIRMATION',
			candidates: [
				{ id: '1', label: { nl: 'Sanne de Vries', en: 'Sanne de Vries' } },
				{ id: 'z', label: { nl: 'S. de Vries', en: 'S. de Vries' } }
			]
		});
		expect(stub.received[0]?.target).toBe(`/auth/oid4vp/sessions/${sessionId}/idv/status`);
	});

	test.each([
		['there is no reconciliation session', 404, { error: { code: 'NO_RECONCILIATION_SESSION', message: 'm' } }],
		['it reports that with status 500', 500, { error: 'no_reconciliation_session' }],
		['the operation is absent', 404, {}]
	])("is the wallet session's status if %s", async (_why, status, reply) => {
		const session = { sessionId, status: 'VERIFIED', reconciliationPlanType: 'STEP_UP', expiresAt: nowMs + 1000 };
		const stub = await startStub((request, response) => {
			if (request.url?.endsWith('/idv/status')) sendJson(response, status, reply);
			else sendJson(response, 200, { ...session, idvRequirementReason: 'EXPIRED_BINDING', errorCode: 'no_match' });
		});
		expect(await bridgeAt(stub.url).readIdvStatus(sessionId, credential)).toEqual({
			sessionId,
			status: 'VERIFIED',
			planType: 'STEP_UP',
			reason: 'EXPIRED_BINDING',
			candidates: [],
			errorCode: 'no_match'
		});
	});

	test.each([
		['already_linked', 'linked_elsewhere'],
		['ALREADY_LINKED', 'linked_elsewhere'],
		[`Session ${sessionId} failed (already_linked)`, 'linked_elsewhere'],
		['assurance_too_low: LoA 1', 'assurance_too_low'],
		['no_match', 'no_match'],
		['review_rejected', 'review_refused'],
		['idv_refused', 'idv_refused'],
		['Linking did not work', undefined],
		['the user declined', undefined],
		['some_other_word then no_match', 'no_match'],
		['x'.repeat(1001), undefined],
		[42, undefined]
	])('has a code from the message %j: %s', async (message, errorCode) => {
		const stub = await startStub(json(200, { sessionId, status: 'FAILED', message }));
		const said = await bridgeAt(stub.url).readIdvStatus(sessionId, credential);
		expect(said.errorCode).toBe(errorCode);
		expect(JSON.stringify(said)).not.toContain('essage');
	});

	test('has the labels of candidates in each language, and omits candidates without a label', async () => {
		const label = { nl: 'S. de Vries, Noord', en: 'S. de Vries, North' };
		const candidates = [
			{ id: 'a', label: null },
			{ id: 'b', label },
			null,
			{ id: 'c', label: [] },
			{ id: 'b', label: '2' }
		];
		const stub = await startStub(json(200, { sessionId: null, status: 'IDV_REQUIRED', candidates }));
		expect((await bridgeAt(stub.url).readIdvStatus(sessionId, credential)).candidates).toEqual([{ id: 'b', label }]);
	});

	test('is "not found" for a session that no longer exists', async () => {
		const stub = await startStub(json(404, { error: 'session_not_found' }));
		expect((await problemOf(bridgeAt(stub.url).readIdvStatus(sessionId, credential))).code).toBe('not_found');
	});

	test('is refused if it belongs to another session', async () => {
		const stub = await startStub(json(200, { sessionId: otherSessionId, status: 'COMPLETED' }));
		expect((await problemOf(bridgeAt(stub.url).readIdvStatus(sessionId, credential))).code).toBe('upstream_invalid');
	});
});
