import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath, signInAtInstitution } from './support/journeys.ts';

const POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

describe.each([
	['http', false],
	['https', true]
] as const)('behind %s', (_, tls) => {
	let landscape: Landscape;
	const responses = new Map<string, Visit>();
	let pages: Visit[];

	beforeAll(async () => {
		landscape = await startLandscape({ runtime, tls });
		const stranger = new Browser(landscape.url);
		const member = new Browser(landscape.url);
		await signInAtInstitution(member);
		const id = await createWalletSession(member);
		const visit = (browser: Browser, path: string) => browser.open(path, { follow: false });
		const members = ['/account', '/account/wallets/x/unlink', '/login/wallet', '/login/identity', '/api/me'];
		const strangers = [
			'/',
			'/login',
			'/login?error=access_denied',
			'/help',
			'/accessibility',
			'/privacy',
			'/signed-out',
			'/login/wallet'
		].concat(
			['/login/continue', '/account', '/login/', '/login/start?provider=sts', '/nowhere', '/%zz', '/api/nothing'],
			['/api/health', '/api/auth/session', '/api/me', '/api/auth/callback/sts?error=x', '/favicon.svg', script()],
			[
				'/api/auth/callback/sts/?code=x',
				'/_app/nothing.js',
				'/_app/remote/x',
				'/login/__route.js',
				'/api/me/__route.js',
				'/api/me/__data.json'
			]
		);
		for (const path of members) responses.set(`member ${path}`, await visit(member, path));
		for (const path of strangers) responses.set(path, await visit(stranger, path));
		responses.set('405', await stranger.call('/api/health', { method: 'DELETE' }));
		responses.set('403', await stranger.call('/api/me', { headers: { origin: 'https://evil.example' } }));
		responses.set('413', await stranger.call('/api/me', { method: 'POST', body: 'x'.repeat(70_000) }));
		responses.set('415', await stranger.call('/locale', { method: 'POST', json: {} }));
		responses.set('static 405', await stranger.call('/favicon.svg', { method: 'POST' }));
		responses.set('status', await member.call(sessionPath(id, 'status')));
		responses.set('form 303', await member.open('/login/wallet?/cancel', { form: {}, follow: false }));
		responses.set('sign-out 303', await member.open('/api/auth/signout', { form: {}, follow: false }));
		responses.set('signed-out page', await visit(member, '/signed-out'));
		pages = [...responses.values()].filter(({ text }) => text.startsWith('<!doctype html>'));
	});
	afterAll(() => landscape.stop());

	/** The names of the responses in which this header is wrong. */
	const without = (header: string, isRight: (value: string | null) => boolean, among = [...responses]) =>
		among.filter(([, { headers }]) => !isRight(headers.get(header))).map(([name]) => name);

	test('the tested responses have all kinds of status codes', () => {
		const statuses = new Set([...responses.values()].map(({ status }) => status));
		expect([...statuses].sort()).toEqual([200, 303, 308, 400, 401, 403, 404, 405, 413, 415]);
		expect(pages.length).toBeGreaterThan(12);
	});

	test('every response has the fixed headers', () => {
		expect(without('x-content-type-options', (value) => value === 'nosniff')).toEqual([]);
		expect(without('referrer-policy', (value) => value === 'same-origin')).toEqual([]);
		expect(without('x-frame-options', (value) => value === 'DENY')).toEqual([]);
		expect(without('cross-origin-opener-policy', (value) => value === 'same-origin')).toEqual([]);
		expect(without('permissions-policy', (value) => value?.includes('camera=()') ?? false)).toEqual([]);
	});

	test('every response has Strict-Transport-Security over https, and none has it over http', () => {
		const isRight = (value: string | null) => (tls ? /^max-age=\d{8,}/.test(value ?? '') : value === null);
		expect(without('strict-transport-security', isRight)).toEqual([]);
	});

	test('responses other than pages have a Content-Security-Policy that blocks everything', () => {
		const others = [...responses].filter(([, visit]) => !pages.includes(visit));
		expect(without('content-security-policy', (value) => value === POLICY, others)).toEqual([]);
	});

	test('a page has a strict policy: nonces, nothing unsafe, no framing, no base URL, forms only to the portal', () => {
		const policies = pages.map(({ headers }) => headers.get('content-security-policy') ?? '');
		const needed = [
			/(?:^|; )script-src 'self'(?: 'nonce-[\w+/=]{16,}')?(?:;|$)/,
			/(?:^|; )style-src 'self'(?: 'nonce-[\w+/=]{16,}')?(?:;|$)/,
			/(?:^|; )default-src 'none'(?:;|$)/,
			/(?:^|; )frame-ancestors 'none'(?:;|$)/,
			/(?:^|; )base-uri 'none'(?:;|$)/,
			/(?:^|; )object-src 'none'(?:;|$)/,
			/(?:^|; )form-action 'self'(?:;|$)/
		];
		expect(policies.filter((policy) => !needed.every((part) => part.test(policy)))).toEqual([]);
		expect(policies.filter((policy) => /unsafe|\*|https?:/.test(policy))).toEqual([]);
	});

	test('every inline script and style has a nonce, and no nonce is reused', () => {
		const nonces = pages.map(({ headers }) => nonceOf(headers)).filter(Boolean);
		expect(nonces.length).toBeGreaterThan(1);
		expect(new Set(nonces).size).toBe(nonces.length);
		const bare = pages.flatMap(({ text, headers }) =>
			[...text.matchAll(/<(?:script(?! (?:type="module" )?src="\/)|style)\b[^>]*>/g)].filter(
				([tag]) => !tag.includes(`nonce="${nonceOf(headers) || '?'}"`)
			)
		);
		expect(bare).toEqual([]);
	});

	test('no page has a style attribute or an event handler in its markup: they would be dropped', () => {
		const tags = pages.flatMap(({ text }) => text.match(/<[a-z][^>]*>/g) ?? []);
		expect(tags.filter((tag) => /\s(?:style|on[a-z]+)=/.test(tag))).toEqual([]);
	});

	test('only public files may be cached, and all other responses have a request id', () => {
		const dynamic = [...responses].filter(([name]) => name !== '/favicon.svg' && name !== script());
		expect(without('cache-control', (value) => value?.includes('no-store') ?? false, dynamic)).toEqual([]);
		expect(without('x-request-id', (value) => value !== null, dynamic)).toEqual([]);
		expect(responses.get(script())?.headers.get('cache-control')).toContain('immutable');
	});

	test('no response discloses server software or allows another origin', () => {
		const names = new Set([...responses.values()].flatMap(({ headers }) => [...headers.keys()]));
		const telling = [...names].filter((name) => /^(?:server|via|x-powered-by|x-runtime|access-control-.*)$/.test(name));
		expect(telling).toEqual([]);
	});

	test('cookies have the Secure attribute and the __Host- prefix over https, and neither over http', () => {
		const lines = [...responses.values()].flatMap(({ headers }) => headers.getSetCookie());
		const isRight = (line: string) => line.startsWith('__Host-portal.') === tls && /; Secure/i.test(line) === tls;
		expect(lines.length).toBeGreaterThan(5);
		expect(lines.filter((line) => !isRight(line))).toEqual([]);
	});
});

const nonceOf = (headers: Headers) => /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1] ?? '';

function script(): string {
	const assets = new URL(`../../build/${runtime === 'node' ? 'node/assets' : 'deno/client'}/`, import.meta.url);
	const name = readdirSync(new URL('_app/immutable/entry/', assets)).find((file) => file.endsWith('.js'));
	return `/_app/immutable/entry/${name ?? ''}`;
}
