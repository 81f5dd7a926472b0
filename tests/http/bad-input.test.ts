import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { en } from '../../src/lib/i18n/site.ts';
import { Browser, type Call, headingOf } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath } from './support/journeys.ts';

const CREATE = '/api/wallet/sessions';

let landscape: Landscape;
let browser: Browser;
let id: string;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	browser = new Browser(landscape.url);
	id = await createWalletSession(browser);
});
afterAll(() => landscape.stop());

async function refusal(path: string, call: Call): Promise<{ status: number; error: unknown; message: unknown }> {
	const { status, text } = await browser.call(path, call);
	const { error, message } = JSON.parse(text) as Record<string, unknown>;
	return { status, error, message };
}

describe('a wrong method', () => {
	const own = (rest: string) => () => sessionPath(id, rest);
	test.each([
		['PUT', () => CREATE, 'POST'],
		['GET', () => CREATE, 'POST'],
		['POST', own('status'), 'GET, HEAD'],
		['GET', own('complete'), 'POST'],
		['DELETE', own('idv/initiate'), 'POST'],
		['POST', own('idv/callback'), 'GET, HEAD'],
		['PATCH', own('idv/status'), 'GET, HEAD'],
		['GET', own('idv/submit'), 'POST'],
		['POST', () => '/api/health', 'GET, HEAD'],
		['POST', () => '/api/auth/session', 'GET, HEAD'],
		['DELETE', () => '/api/auth/signout', 'POST'],
		['GET', () => '/api/auth/signout', 'POST'],
		['POST', () => '/api/auth/callback/sts', 'GET, HEAD'],
		['GET', () => '/api/auth/signin/sts', 'POST'],
		['POST', () => '/login/start', 'GET, HEAD'],
		['GET', () => '/locale', 'POST']
	])('%s gets a 405 response with the allowed methods (%s, %s)', async (method, path, allowed) => {
		const response = await browser.call(path(), { method });
		expect(response.status).toBe(405);
		expect(response.headers.get('allow')?.split(/,\s*/).sort().join(', ')).toBe(allowed);
	});

	test.each([
		['GET', '/locale'],
		['POST', '/login/start'],
		['POST', '/login/institutions'],
		['POST', '/login/wallet/view'],
		['POST', '/.well-known/security.txt']
	])('is an error page for a person, and JSON for a program: %s %s', async (method, path) => {
		const person = await browser.open(path, method === 'POST' ? { form: {} } : {});
		expect([person.status, headingOf(person)]).toEqual([405, en.errors.request.title]);
		expect(person.headers.get('content-type')).toMatch(/^text\/html/);
		expect(person.headers.get('allow')).toContain(method === 'POST' ? 'GET' : 'POST');
		expect(await refusal(path, { method })).toMatchObject({ status: 405, error: 'method_not_allowed' });
	});

	test('is reported as JSON below /api', async () => {
		expect(await refusal('/api/health', { method: 'DELETE' })).toMatchObject({ error: 'method_not_allowed' });
	});
});

test.each([
	'not-an-id',
	'0'.repeat(31),
	'0'.repeat(33),
	'g'.repeat(32),
	`${'0'.repeat(32)}%0a`,
	'%2e%2e',
	'..%2f..%2finternal%2fbindings',
	'%252e%252e',
	'00000000-0000-0000-0000-00000000000',
	`${'0'.repeat(32)}%2fstatus`,
	'٠'.repeat(32)
])('the session id %s is refused with 404, without a request to the Bridge', async (bad) => {
	const before = landscape.sandbox.lastRequests('bridge').length;
	expect(await refusal(sessionPath(bad, 'status'), {})).toMatchObject({ status: 404, error: 'not_found' });
	expect(landscape.sandbox.lastRequests('bridge').length).toBe(before);
});

test.each([
	'/api',
	'/api/nothing',
	'/api/auth/error',
	'/api/auth/verify-request',
	'/api/auth/webauthn-options',
	'/api/auth/callback/github',
	'/api/wallet'
])('%s gets a 404 response in JSON', async (path) => {
	expect(await refusal(path, {})).toMatchObject({ status: 404, error: 'not_found' });
});

test.each(['/api/%', '/api/wallet/sessions/%ff/status', '/api/backends/any/%ff'])(
	'%s, with a malformed escape, gets a 400 response in JSON',
	async (path) => {
		expect(await refusal(path, { headers: { accept: 'text/html' } })).toMatchObject({
			status: 400,
			error: 'invalid_request'
		});
	}
);

test('a trailing slash is redirected to the path without it', async () => {
	const response = await browser.call('/api/health/?a=1');
	expect(response.status).toBe(308);
	expect(response.headers.get('location')).toBe('/api/health?a=1');
});

test('an unknown path outside /api gets a 404 response in HTML', async () => {
	const page = await browser.open('/nowhere');
	expect(page.status).toBe(404);
	expect(page.headers.get('content-type')).toContain('text/html');
});

test.each([
	'<script>alert(1)</script>',
	'Call +31 6 1234 and say your code',
	'toString',
	'__proto__',
	'an unknown error'
])('the text "%s" in a query parameter is never shown', async (text) => {
	const pages = await Promise.all(
		['/login?error=', '/login/identity?outcome=', '/account?notice=', '/?error='].map((path) =>
			browser.open(path + encodeURIComponent(text))
		)
	);
	const words = pages.map((page) => shownText(page.text));
	expect(words.filter((shown) => shown.includes(text))).toEqual([]);
});

test('a malformed query is ignored', async () => {
	const queries = [
		'?%',
		'?%zz=%zz',
		'?=&&&==',
		'?returnTo=%E0%A4%A',
		`?${'a=1&'.repeat(1500)}`,
		'?error&error=a&error=b'
	];
	const pages = await Promise.all(queries.map((query) => new Browser(landscape.url).open(`/login${query}`)));
	expect(pages.map(({ status }) => status)).toEqual(queries.map(() => 200));
});

/** The text that a person reads. Return paths, in attributes and in the page's data, keep their query. */
function shownText(html: string): string {
	return html.replaceAll(/<[^>]*>/g, '').replaceAll(/(?:path|returnTo):"[^"]*"/g, '');
}
