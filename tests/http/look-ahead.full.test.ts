import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { copyOf } from './support/held-session.ts';
import { callbackOf, sharedWalletSession, signInAtInstitution } from './support/journeys.ts';

/**
 * In the `described` landscape the Auth Bridge returns a browser to the callback of identity verification, in `field` to
 * the login page.
 */
let described: Landscape;
let field: Landscape;
let landscape: Landscape;
let browser: Browser;
beforeAll(async () => {
	[described, field] = await Promise.all([
		startLandscape({ runtime, dialect: 'doc', env: { WALLET_QUERY_ID: 'eduid' } }),
		startLandscape({ runtime, dialect: 'field' })
	]);
});
afterAll(() => Promise.all([described.stop(), field.stop()]));
beforeEach(() => use(field));

function use(one: Landscape): void {
	landscape = one;
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
}

const upstreamCalls = () => landscape.sandbox.counts().operations;
const nextOf = ({ headers, url }: Visit) => {
	const next = new URL(headers.get('location') ?? '', url);
	return next.pathname + next.search;
};

/** Goes through identity verification without opening its callback; returns the callback's address. */
async function idvCallback(): Promise<string> {
	use(described);
	await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
	const institution = await browser.submit(await browser.open('/login/wallet'), {}, '/login/identity?/start');
	return nextOf(await browser.submit(institution, { decision: 'confirmed' }, '', { stopBefore: '/api/wallet/' }));
}

/** Every GET that consumes something: how a browser gets its address, and where the request leads. */
const consuming: readonly (readonly [string, () => Promise<string>, string])[] = [
	[
		'the callback of a sign-in',
		async () => {
			const { pathname, search } = await callbackOf(browser);
			return pathname + search;
		},
		'/account'
	],
	['the callback of identity verification', idvCallback, '/account'],
	[
		'the start of a sign-in',
		async () => {
			await browser.open('/login');
			return '/login/start?provider=sts&institution=uni-noord';
		},
		'/login'
	],
	[
		'the wallet page with a wallet that has shared',
		async () => {
			await sharedWalletSession(browser, landscape.sandbox, 'known-student');
			return '/login/wallet';
		},
		'/account'
	],
	[
		'the page of identity verification with a wallet that has shared',
		async () => {
			await sharedWalletSession(browser, landscape.sandbox, 'known-student');
			return '/login/identity';
		},
		'/account'
	],
	[
		'the page that forwards to the sign-in',
		async () => {
			const id = await sharedWalletSession(browser, landscape.sandbox, 'known-student');
			await browser.call(`/api/wallet/sessions/${id}/complete`, { method: 'POST', json: {} });
			return '/login/continue';
		},
		'/account'
	],
	...['/login/wallet', '/login/identity'].map(
		(path) =>
			[
				`the view of ${path} with a wallet that has responded`,
				async () => {
					await sharedWalletSession(browser, landscape.sandbox, 'known-student');
					return `${path}/view`;
				},
				`${path}/view`
			] as const
	),
	[
		'the return to the login page from identity verification',
		async () => {
			const id = await sharedWalletSession(browser, landscape.sandbox, 'known-student');
			return `/login?wallet_session=${id}&idv=complete`;
		},
		'/account'
	],
	[
		'the page after signing out',
		async () => {
			const account = await signInAtInstitution(browser);
			return nextOf(await browser.submit(account, {}, '/api/auth/signout', { stopBefore: '/signed-out' }));
		},
		'/'
	]
];

const lookAheads = [
	['HEAD', { method: 'HEAD', headers: {} }, 204],
	['a prefetch', { method: 'GET', headers: { 'sec-purpose': 'prefetch;prerender' } }, 503],
	['an old prefetch', { method: 'GET', headers: { purpose: 'prefetch' } }, 503]
] as const;

describe.each(consuming)('at %s', (_what, addressOf, end) => {
	test.each(lookAheads)('%s has no effect and sets no cookie', async (_, { method, headers }, status) => {
		const address = await addressOf();
		const before = upstreamCalls();
		const response = await browser.call(address, { method, headers: { accept: 'text/html', ...headers } });
		expect([response.status, response.headers.getSetCookie()]).toEqual([status, []]);
		expect(upstreamCalls()).toEqual(before);
		expect((await browser.open(address, { from: landscape.sandbox.stsUrl })).url.pathname).toBe(end);
	});
});

test('simultaneous requests with one code of an identity verification redeem it once, and all continue', async () => {
	const address = await idvCallback();
	const copies = Array.from({ length: 10 }, () => copyOf(browser, landscape.url));
	const from = landscape.sandbox.institutionUrl;
	const visits = await Promise.all(copies.map((copy) => copy.open(address, { from, follow: false })));
	const late = await copyOf(browser, landscape.url).open(address, { from, follow: false });
	expect([...visits, late].map((visit) => nextOf(visit))).toEqual(Array(11).fill('/login/identity'));
	expect(landscape.sandbox.count('bridge.idv-callback')).toBe(1);
	expect((await browser.open(address, { from })).url.pathname).toBe('/account');
});
