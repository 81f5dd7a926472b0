import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { identity } from '../../src/lib/i18n/en/identity.ts';
import { Browser, headingOf } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { sessionPath } from './support/journeys.ts';
import { sessionRoutes } from './support/session-routes.ts';

const FOREIGN_ID = '0123456789abcdef0123456789abcdef';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

const atBridge = () => landscape.sandbox.lastRequests('bridge').map(({ operation }) => operation);

describe('a caller without any credential', () => {
	test.each(sessionRoutes)('is refused at %s %s, without a request to the Bridge', async (method, rest, json) => {
		const response = await new Browser(landscape.url).call(sessionPath(FOREIGN_ID, rest), { method, json });
		expect(response.status).toBe(401);
		expect(JSON.parse(response.text)).toMatchObject({ error: 'unauthorized' });
		expect(atBridge()).toEqual([]);
	});

	test.each([
		['POST', '/api/wallet/sessions', {}],
		['GET', '/api/me', undefined]
	] as const)('is refused at %s %s, without a request to the Bridge', async (method, path, json) => {
		const response = await new Browser(landscape.url).call(path, { method, json });
		expect(response.status).toBe(401);
		expect(response.headers.get('content-type')).toBe('application/json');
		expect(JSON.parse(response.text)).toEqual({
			error: 'unauthorized',
			message: 'Sign in first, or send a valid access token.',
			requestId: response.headers.get('x-request-id')
		});
		expect(atBridge()).toEqual([]);
	});

	test('gets null from /api/auth/session, and status "ok" from /api/health', async () => {
		const browser = new Browser(landscape.url);
		expect(await browser.call('/api/auth/session')).toMatchObject({ status: 200, text: 'null' });
		const health = await browser.call('/api/health');
		expect(JSON.parse(health.text)).toEqual({
			status: 'ok',
			version: '1.0.0',
			runtime: expect.stringContaining(`${runtime} `) as string
		});
	});

	test.each(['/account', '/account/wallets/x/unlink'])(
		'is redirected from %s to the login page, with that path as the return path',
		async (path) => {
			const login = await new Browser(landscape.url).open(path);
			expect(login.url.pathname).toBe('/login');
			expect(login.url.searchParams.get('returnTo')).toBe(path);
		}
	);

	test('gets a page that says what to do at the callback from an institution', async () => {
		const page = await new Browser(landscape.url).open(sessionPath(FOREIGN_ID, 'idv/callback?code=a&state=b'), {
			from: landscape.sandbox.institutionUrl
		});
		expect(page.status).toBe(404);
		expect(headingOf(page)).toBe(identity.ended.foreign.title);
		expect(atBridge()).toEqual([]);
	});
});

describe('a browser that has loaded the login page', () => {
	test.each(sessionRoutes)('gets 404 at %s %s of a session it does not own', async (method, rest, json) => {
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		const response = await browser.call(sessionPath(FOREIGN_ID, rest), { method, json });
		expect(response.status).toBe(404);
		expect(JSON.parse(response.text)).toMatchObject({ error: 'not_found' });
		expect(atBridge()).toEqual([]);
	});
});
