import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { ApiClient } from '../harness/api-client.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { sessionPath, signInAtInstitution } from './support/journeys.ts';
import { sessionRoutes } from './support/session-routes.ts';
import { AUDIENCE, apiClientAs, serviceToken, sessionOf } from './support/third-party.ts';

let landscape: Landscape;
let client: ApiClient;

beforeAll(async () => {
	landscape = await startLandscape({ runtime, env: { API_AUDIENCE: AUDIENCE, RATE_LIMIT_PER_CALLER: '50' } });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	client = new ApiClient(landscape.url, await serviceToken(landscape));
});

const bodyOf = ({ text }: { text: string }) => JSON.parse(text) as Record<string, unknown>;
const requests = () => landscape.sandbox.lastRequests('bridge');

/** Programs get 401 where only the browser of a session is let in (`dc-api.test.ts`). */
const programRoutes = sessionRoutes.filter(([, rest]) => !rest.includes('dc-api'));

describe('an API client', () => {
	test('creates a wallet session, reads its status and completes it, without cookies', async () => {
		const created = await client.call('/api/wallet/sessions', { method: 'POST', json: {} });
		expect(created.status).toBe(201);
		const { sessionId, statusUri } = bodyOf(created) as { sessionId: string; statusUri: string };
		expect(bodyOf(await client.call(statusUri))).toMatchObject({ sessionId, status: 'PENDING' });
		await landscape.sandbox.share(sessionId, 'known-student');
		const completed = await client.call(sessionPath(sessionId, 'complete'), { method: 'POST' });
		expect(bodyOf(completed)).toMatchObject({ sessionId, status: 'COMPLETED' });
		const again = await client.call(sessionPath(sessionId, 'complete'), { method: 'POST' });
		expect(again.status).toBe(200);
		expect(landscape.sandbox.count('bridge.complete')).toBe(1);
		expect([created, completed, again].flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
	});

	test('completes a wallet session with manual confirmation', async () => {
		const id = await sessionOf(client);
		await landscape.sandbox.share(id, 'unknown-employee');
		const needed = await client.call(sessionPath(id, 'complete'), { method: 'POST' });
		expect(needed.status).toBe(202);
		expect(bodyOf(await client.call(sessionPath(id, 'status')))).toMatchObject({
			status: 'IDV_REQUIRED',
			idvRequired: true,
			idvRequirementReason: 'FIRST_TIME_LINK'
		});
		const started = await client.call(sessionPath(id, 'idv/initiate'), { method: 'POST' });
		expect(bodyOf(started)).toMatchObject({ sessionId: id, planType: 'MANUAL_REVIEW', redirectUrl: null });
		const submitted = await client.call(sessionPath(id, 'idv/submit'), { method: 'POST', json: { confirm: true } });
		expect(bodyOf(submitted)).toMatchObject({ sessionId: id, status: 'COMPLETED' });
		const completed = await client.call(sessionPath(id, 'complete'), { method: 'POST' });
		expect(bodyOf(completed)).toMatchObject({ status: 'COMPLETED' });
	});

	test('does not receive the candidates, which only the owning browser may see', async () => {
		const id = await sessionOf(client);
		await landscape.sandbox.share(id, 'several-candidates');
		await client.call(sessionPath(id, 'complete'), { method: 'POST' });
		await client.call(sessionPath(id, 'idv/initiate'), { method: 'POST' });
		const status = await client.call(sessionPath(id, 'idv/status'));
		expect(bodyOf(status)).toMatchObject({ sessionId: id, reason: 'CANDIDATE_MATCH_CONFIRMATION' });
		expect(bodyOf(status)).not.toHaveProperty('candidates');
	});

	test('never has its token forwarded to the Auth Bridge', async () => {
		const token = await serviceToken(landscape);
		const own = new ApiClient(landscape.url, token);
		const id = await sessionOf(own);
		for (const [method, rest, json] of sessionRoutes) await own.call(sessionPath(id, rest), { method, json });
		expect(requests().length).toBeGreaterThan(sessionRoutes.length);
		expect(JSON.stringify(requests())).not.toContain(token);
	});

	test('gets the name of the missing scope', async () => {
		const other = new ApiClient(landscape.url, await serviceToken(landscape, 'profile:read'));
		const response = await other.call('/api/wallet/sessions', { method: 'POST', json: {} });
		expect(response.status).toBe(403);
		expect(response.headers.get('www-authenticate')).toContain('scope="wallet:sessions"');
		expect(requests()).toEqual([]);
	});

	test('has its own rate limit', async () => {
		const busy = await apiClientAs(landscape, 'busy-party');
		const create = () => busy.call('/api/wallet/sessions', { method: 'POST', json: {} });
		const responses = await Promise.all(Array.from({ length: 51 }, create));
		expect(responses.filter(({ status }) => status === 201)).toHaveLength(50);
		const refused = responses.find(({ status }) => status === 429);
		expect(refused?.headers.get('retry-after')).toMatch(/^\d+$/);
		expect((await client.call('/api/wallet/sessions', { method: 'POST', json: {} })).status).toBe(201);
	});
});

describe('the wallet session of an API client', () => {
	let id: string;

	beforeEach(async () => {
		id = await sessionOf(client);
	});

	test.each(programRoutes)('is not found at %s %s for another API client', async (method, rest, json) => {
		const other = await apiClientAs(landscape, 'another-party');
		await sessionOf(other);
		const since = requests().length;
		const response = await other.call(sessionPath(id, rest), { method, json });
		expect(response.status).toBe(404);
		expect(bodyOf(response)).toMatchObject({ error: 'not_found' });
		expect(requests()).toHaveLength(since);
	});

	test.each(sessionRoutes)('is not found at %s %s for a signed-in browser', async (method, rest, json) => {
		const browser = new Browser(landscape.url);
		await signInAtInstitution(browser);
		const since = requests().length;
		const response = await browser.call(sessionPath(id, rest), { method, json });
		expect(response.status).toBe(404);
		expect(requests()).toHaveLength(since);
	});

	test('does not sign in a browser that knows its id', async () => {
		const browser = new Browser(landscape.url);
		await browser.open(`/login?wallet_session=${id}&idv=complete`, { from: landscape.sandbox.stsUrl });
		await browser.open('/login/start?provider=sts-wallet');
		expect(JSON.stringify(landscape.sandbox.authorizations())).not.toContain(id);
	});
});

test.each(programRoutes)(
	'a browser’s wallet session is not found at %s %s for an API client',
	async (method, rest, json) => {
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		const created = await browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
		const id = bodyOf(created).sessionId as string;
		const before = requests().length;
		const headers = { authorization: `Bearer ${await serviceToken(landscape)}` };
		// Also together with the owner's cookie: only the token counts.
		const responses = [
			await client.call(sessionPath(id, rest), { method, json }),
			await browser.call(sessionPath(id, rest), { method, json, headers })
		];
		expect(responses.map(({ status }) => status)).toEqual([404, 404]);
		expect(requests()).toHaveLength(before);
	}
);
