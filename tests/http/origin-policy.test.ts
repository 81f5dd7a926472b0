import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { en, nl } from '../../src/lib/i18n/site.ts';
import { type HttpResponse, exchange } from '../harness/exchange.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

let portal: Portal;

beforeAll(async () => {
	portal = await startPortal({ runtime, env: bareEnvironment });
});
afterAll(() => portal.stop());

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
const types = [null, 'text/plain', 'application/x-www-form-urlencoded', 'application/json'];
const sites = [null, 'same-origin', 'same-site', 'cross-site', 'none'];
const modes = ['navigate', 'cors'];
const origins = [null, 'own', 'null', 'https://evil.example'];

interface Attempt {
	readonly method: string;
	readonly type: string | null;
	readonly site: string | null;
	readonly mode: string;
	readonly origin: string | null;
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD';

/** Every combination; with a body only for methods that accept one, with a mode only if there is a site. */
const attempts: readonly Attempt[] = methods.flatMap((method) =>
	(isRead(method) || method === 'OPTIONS' ? [null] : types).flatMap((type) =>
		sites.flatMap((site) =>
			(site === null ? ['none'] : modes).flatMap((mode) =>
				origins.map((origin) => ({ method, type, site, mode, origin }))
			)
		)
	)
);

type Kind = 'page' | 'callback' | 'API';

/** The expected refusal: the general rule, and the exception for a person's navigation. */
function refusalOf({ method, site, mode, origin }: Attempt, kind: Kind): 401 | 403 | null {
	const isHiddenByPolicy = origin === 'null' && site === 'same-origin';
	if (origin !== null && origin !== 'own' && !isHiddenByPolicy) return 403;
	if (site === null && origin === null && !isRead(method)) return kind === 'page' ? 403 : 401;
	if (site === null || site === 'same-origin') return null;
	return kind !== 'API' && isRead(method) && mode === 'navigate' ? null : 403;
}

async function attemptAt(path: string, { method, type, site, mode, origin }: Attempt): Promise<number> {
	const headers = {
		...(site && { 'sec-fetch-site': site, 'sec-fetch-mode': mode }),
		...(site && mode === 'navigate' && { 'sec-fetch-dest': 'document' }),
		...(origin && { origin: origin === 'own' ? portal.url : origin }),
		...(type && { 'content-type': type })
	};
	const question = { method, headers, ...(type && { body: '{}' }) };
	return (await exchange(new URL(path, portal.url), question)).status;
}

async function inBatches<In, Out>(inputs: readonly In[], work: (input: In) => Promise<Out>): Promise<Out[]> {
	const results: Out[] = [];
	for (let start = 0; start < inputs.length; start += 50) {
		results.push(...(await Promise.all(inputs.slice(start, start + 50).map(work))));
	}
	return results;
}

test.each([
	['a page', '/accessibility', 'page'],
	['a form action', '/login/wallet?/cancel', 'page'],
	['a callback', '/api/auth/callback/sts', 'callback'],
	['a callback in another spelling', '/%61pi/auth/%63allback/sts', 'callback'],
	['an API route', '/api/health', 'API'],
	['an API route in another spelling', '/ap%69/%68ealth', 'API'],
	['an API route that is spelled in hexadecimal', '/%61%70%69/%68%65%61%6c%74%68', 'API']
] as const)(
	'requests that another site could make in a browser are refused at %s, and no others',
	async (_, path, kind) => {
		const statuses = await inBatches(attempts, (attempt) => attemptAt(path, attempt));
		const seen = attempts.map((attempt, index) => ({ ...attempt, status: refusalIn(statuses[index]) }));
		expect(seen).toEqual(attempts.map((attempt) => ({ ...attempt, status: refusalOf(attempt, kind) })));
	}
);

const refusalIn = (status: number | undefined) => (status === 401 || status === 403 ? status : null);

test.each([
	[`/api/wallet/sessions/${'0'.repeat(32)}/idv/callback`, 401],
	['/api/auth/session', 403],
	['/api/nothing', 403],
	['/nowhere', 404],
	['/', 200]
])("a person's navigation from another site to %s gets a %i response", async (path, status) => {
	const navigation = { method: 'GET', type: null, site: 'cross-site', mode: 'navigate', origin: null };
	expect(await attemptAt(path, navigation)).toBe(status);
});

test.each(['iframe', 'embed', 'image', 'script'])(
	'a navigation into an %s of another site is refused',
	async (dest) => {
		const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': dest };
		expect((await exchange(new URL('/login', portal.url), { method: 'GET', headers })).status).toBe(403);
	}
);

test('a refusal at an API route is JSON, and has no CORS headers', async () => {
	const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
	const responses = await Promise.all(
		['GET', 'POST', 'OPTIONS'].map((method) => exchange(new URL('/api/me', portal.url), { method, headers }))
	);
	expect(responses.map(({ text }) => JSON.parse(text) as unknown)).toEqual(
		responses.map(() => expect.objectContaining({ error: 'forbidden_origin' }) as unknown)
	);
	expect(responses.flatMap(({ headers }) => [...headers.keys()]).filter((name) => name.startsWith('access-'))).toEqual(
		[]
	);
});

test('an unsafe API call without browser headers is refused with 401, and with 403 if it has a cookie', async () => {
	const post = (headers: Record<string, string>) =>
		exchange(new URL('/api/wallet/sessions', portal.url), { method: 'POST', headers });
	const bare = await post({});
	expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="portal"']);
	expect(JSON.parse(bare.text)).toMatchObject({ error: 'unauthorized' });
	const withCookie = await post({ cookie: 'a=b' });
	expect([withCookie.status, withCookie.headers.get('www-authenticate')]).toEqual([403, null]);
});

const PAGE = 'text/html,application/xhtml+xml,*/*;q=0.8';
const FORM = { accept: PAGE, 'sec-fetch-mode': 'navigate', 'content-type': 'application/x-www-form-urlencoded' };

describe('a refusal by the origin policy', () => {
	// A portal of its own: after all the refusals above, the log of the other one leaves out further lines for a minute.
	let quiet: Portal;
	beforeAll(async () => {
		quiet = await startPortal({ runtime, env: bareEnvironment });
	});
	afterAll(() => quiet.stop());

	test.each([
		['an LTI launch', 'POST', '/account', { ...FORM, 'sec-fetch-site': 'cross-site', origin: 'https://lms.example' }],
		[
			'a response by form_post',
			'POST',
			'/api/auth/callback/sts',
			{ ...FORM, 'sec-fetch-site': 'cross-site', origin: 'null' }
		],
		['a form of the portal whose origin a proxy hides', 'POST', '/api/auth/signout', { ...FORM, origin: 'null' }],
		['the language switch, whose origin a proxy hides', 'POST', '/locale', { ...FORM, origin: 'null' }],
		[
			'a page inside another site',
			'GET',
			'/login',
			{ accept: PAGE, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
		]
	])('of %s shows a page that links to the portal, in the person’s language', async (_, method, path, headers) => {
		const pages = await Promise.all(
			['en', 'nl'].map((language) =>
				exchange(new URL(path, quiet.url), { method, headers: { ...headers, cookie: `portal.locale=${language}` } })
			)
		);
		expect(pages.map(({ status }) => status)).toEqual([403, 403]);
		expect(pages.map(headingOf)).toEqual([en.errors.foreign.title, nl.errors.foreign.title]);
		for (const page of pages) {
			expect(page.text).toMatch(/<a class="button[^"]*" href="\/" target="_top" rel="noopener">/);
			expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
			const id = page.headers.get('x-request-id') ?? '';
			expect(page.text).toContain(`>${id}</strong>`);
			await expect.poll(() => quiet.logs().split(id).length).toBe(2);
		}
	});
});

function headingOf({ text }: HttpResponse): string {
	return /<h1[^>]*>([^<]*)/.exec(text)?.[1] ?? '';
}
