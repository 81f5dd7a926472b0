import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { browserWalletResponse } from '../harness/browser-wallet.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { sessionPath } from './support/journeys.ts';
import { AUDIENCE, apiClientAs } from './support/third-party.ts';

const Created = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		sessionId: v.string(),
		requestUri: v.string(),
		dcApi: v.optional(
			v.object({ requests: v.tuple([v.object({ protocol: v.string(), data: v.object({ request: v.string() }) })]) })
		)
	})
);
const Status = v.pipe(v.string(), v.parseJson(), v.object({ status: v.string() }));
const Problem = v.pipe(v.string(), v.parseJson(), v.object({ error: v.string() }));

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { API_AUDIENCE: AUDIENCE } });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	landscape.sandbox.configureVerifier({ dcApi: true });
	browser = new Browser(landscape.url);
});

async function create(owner = browser) {
	await owner.open('/login');
	return v.parse(Created, (await owner.call('/api/wallet/sessions', { method: 'POST', json: {} })).text);
}
const bodyOf = (response: string) => ({ protocol: 'openid4vp-v1-signed', data: { response } });

/** A session whose request a wallet has responded to through the browser, and the response. */
async function responded(options: Partial<Parameters<typeof browserWalletResponse>[2]> = {}) {
	const { sessionId, dcApi } = await create();
	const request = dcApi?.requests[0].data.request ?? '';
	const response = await browserWalletResponse(landscape.sandbox, request, { origin: landscape.url, ...options });
	return { id: sessionId, json: bodyOf(response) };
}
const submit = (id: string, json: unknown, from = browser) =>
	from.call(sessionPath(id, 'dc-api'), { method: 'POST', json });
const statusOf = async (id: string) => v.parse(Status, (await browser.call(sessionPath(id, 'status'))).text).status;
const becomes = (id: string, status: string) =>
	vi.waitFor(async () => expect(await statusOf(id)).toBe(status), { timeout: 10_000, interval: 50 });
const submissions = () => landscape.sandbox.count('bridge.dc-api');
async function expectProblem(response: Promise<Pick<Visit, 'status' | 'text'>>, status: number, error: string) {
	const { status: actual, text } = await response;
	expect([actual, v.parse(Problem, text).error]).toEqual([status, error]);
}

describe('the offer of the Digital Credentials API', () => {
	test('is in the response of the API and on the page, if the Bridge makes it', async () => {
		const { dcApi } = await create();
		const [{ protocol, data }] = dcApi?.requests ?? [{ protocol: '', data: { request: '' } }];
		expect(protocol).toBe('openid4vp-v1-signed');
		expect((await browser.open('/login/wallet')).text).toContain(data.request);
	});

	test('is not made if the Bridge does not make it', async () => {
		landscape.sandbox.configureVerifier({ dcApi: false });
		expect(await create()).not.toHaveProperty('dcApi');
		expect((await browser.open('/login/wallet')).text).toMatch(/dcRequest:\s*null/);
	});

	test('is allowed by the permissions policy of the wallet page only', async () => {
		const policyOf = async (path: string) => (await browser.open(path)).headers.get('permissions-policy');
		await create();
		expect(await policyOf('/login/wallet')).toContain('digital-credentials-get=(self)');
		for (const path of ['/login', '/help', '/favicon.svg', '/api/health', '/nowhere'])
			expect(await policyOf(path)).toContain('digital-credentials-get=()');
	});
});

test('a person signs in with a wallet that the browser has opened', async () => {
	const { id, json } = await responded();
	const { status, text } = await submit(id, json);
	// The Bridge may have finished already on a busy machine.
	const outcome = { sessionId: id, status: expect.stringMatching(/^VERIF(?:YING|IED)$/) as string };
	expect([status, JSON.parse(text)]).toEqual([200, outcome]);
	await becomes(id, 'VERIFIED');
	await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
	await browser.open('/login/start?provider=sts-wallet');
	expect((await browser.call('/api/auth/session')).text).toContain('Sanne');
});

test.each([
	['for a page of another origin', { mistakes: { audience: 'origin:https://evil.example' } }],
	['with another nonce', { mistakes: { nonce: 'another' } }],
	['with a credential that has expired', { person: 'expired-credential' }]
] as const)('a presentation %s is refused by the Bridge, and the session ends', async (_what, options) => {
	const { id, json } = await responded(options);
	expect((await submit(id, json)).status).toBe(200);
	await becomes(id, 'VP_VALIDATION_FAILED');
});

describe('a wallet response', () => {
	test('is accepted only once', async () => {
		const { id, json } = await responded();
		expect((await submit(id, json)).status).toBe(200);
		await expectProblem(submit(id, json), 409, 'wallet_already_responded');
		expect(submissions()).toBe(1);
	});

	test('is accepted only once if it is sent several times at once', async () => {
		const { id, json } = await responded();
		const statuses = (await Promise.all([submit(id, json), submit(id, json), submit(id, json)])).map(
			({ status }) => status
		);
		expect(statuses.sort()).toEqual([200, 409, 409]);
		expect(submissions()).toBe(1);
	});

	test('is refused after a wallet has scanned the QR code and shared', async () => {
		const { id, json } = await responded();
		await landscape.sandbox.share(id, 'known-student');
		await expectProblem(submit(id, json), 409, 'wallet_already_responded');
	});

	test('invalidates the QR code', async () => {
		const { id, json } = await responded();
		await submit(id, json);
		expect(await landscape.sandbox.share(id, 'unknown-student')).toBe('too-late');
		await becomes(id, 'VERIFIED');
	});

	test('can be sent again after the Bridge was down', async () => {
		const { id, json } = await responded();
		landscape.sandbox.scenario('bridge-down', { operation: 'dc-api' });
		await expectProblem(submit(id, json), 502, 'upstream_invalid');
		landscape.sandbox.lift('bridge-down');
		expect((await submit(id, json)).status).toBe(200);
	});
});

describe('a wallet response is refused before anything is sent to the Bridge', () => {
	test('from another browser, and from one without cookies', async () => {
		const { id, json } = await responded();
		const other = new Browser(landscape.url);
		await expectProblem(submit(id, json, other), 401, 'unauthorized');
		await other.open('/login');
		await expectProblem(submit(id, json, other), 404, 'not_found');
		expect(submissions()).toBe(0);
		expect((await submit(id, json)).status).toBe(200);
	});

	test('from an API client, which gets no offer either', async () => {
		const program = await apiClientAs(landscape, 'a-program');
		const created = v.parse(Created, (await program.call('/api/wallet/sessions', { method: 'POST', json: {} })).text);
		expect(created).not.toHaveProperty('dcApi');
		const path = sessionPath(created.sessionId, 'dc-api');
		await expectProblem(program.call(path, { method: 'POST', json: bodyOf('a..b.c.d') }), 401, 'unauthorized');
		expect(submissions()).toBe(0);
	});

	test.each(['https://evil.example', 'null'])('from a page of %s', async (origin) => {
		const { id, json } = await responded();
		const headers = { origin, 'sec-fetch-site': 'cross-site' };
		const response = browser.call(sessionPath(id, 'dc-api'), { method: 'POST', json, headers });
		await expectProblem(response, 403, 'forbidden_origin');
		expect(submissions()).toBe(0);
	});

	test.each([
		['an unencrypted presentation', { protocol: 'openid4vp-v1-signed', data: { vp_token: { eduid: ['x'] } } }],
		['text in place of the encrypted response', bodyOf('{"vp_token":{}}')],
		['another protocol', { ...bodyOf('a..b.c.d'), protocol: 'openid4vp-v1-unsigned' }],
		['unknown fields', { ...bodyOf('a..b.c.d'), id: 'x' }],
		['no body', undefined]
	])('with %s', async (_what, json) => {
		const { sessionId } = await create();
		await expectProblem(submit(sessionId, json), 400, 'invalid_request');
		expect(submissions()).toBe(0);
	});

	test('with more than 256 kB', async () => {
		const { sessionId } = await create();
		await expectProblem(submit(sessionId, bodyOf('a..b.c.'.padEnd(262_144, 'd'))), 413, 'payload_too_large');
		expect(submissions()).toBe(0);
		// The limit is that of the body, so almost as much is passed on.
		await expectProblem(submit(sessionId, bodyOf('a..b.c.'.padEnd(262_000, 'd'))), 400, 'invalid_request');
		expect(submissions()).toBe(1);
	});

	test('if the Bridge has not offered the Digital Credentials API', async () => {
		landscape.sandbox.configureVerifier({ dcApi: false });
		const { sessionId } = await create();
		await expectProblem(submit(sessionId, bodyOf('a..b.c.d')), 409, 'dc_api_not_offered');
		expect(submissions()).toBe(0);
	});

	test('with another method', async () => {
		const { sessionId } = await create();
		expect((await browser.call(sessionPath(sessionId, 'dc-api'))).status).toBe(405);
	});
});

test('a response that the Bridge cannot decrypt is refused, and leaves the session open', async () => {
	const { id, json } = await responded();
	await expectProblem(submit(id, bodyOf('e30..e30.e30.e30')), 400, 'invalid_request');
	expect(await statusOf(id)).toBe('PENDING');
	expect((await submit(id, json)).status).toBe(200);
});

test('a response after the session has expired is not accepted', async () => {
	const { id, json } = await responded();
	landscape.sandbox.expire(id);
	await expectProblem(submit(id, json), 404, 'not_found');
});
