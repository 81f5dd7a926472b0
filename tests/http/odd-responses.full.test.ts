import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlteringProxy, type PassingResponse, startAlteringProxy } from '../harness/proxy.ts';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { holdsSession, tokensOver } from './support/held-session.ts';
import {
	createWalletSession,
	expectLoginError,
	sessionPath,
	sharedWalletSession,
	signInAtInstitution,
	signInByVerification,
	signInWithWallet
} from './support/journeys.ts';

type Json = Record<string, unknown>;
/** Changes to the JSON at the paths that match the expression. */
type Changes = readonly (readonly [path: RegExp, change: (body: Json, response: PassingResponse) => unknown])[];

let sts: AlteringProxy;
let bridge: AlteringProxy;
let landscape: Landscape;
let browser: Browser;
/** The last pushed authorization request, as a form. */
let pushed = '';

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		env: async (sandbox) => {
			[sts, bridge] = await Promise.all([startAlteringProxy(sandbox.stsUrl), startAlteringProxy(sandbox.bridgeUrl)]);
			// Before the first read: discovery and keys are cached.
			sts.alter(altered(stsChanges));
			return { STS_INTERNAL_URL: sts.url, AUTH_BRIDGE_URL: bridge.url };
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await Promise.all([sts.stop(), bridge.stop()]);
});
beforeEach(() => {
	landscape.sandbox.reset();
	sts.alter(altered(stsChanges));
	bridge.alter(altered(bridgeChanges));
	browser = new Browser(landscape.url);
});

/** No URL can address an entry with such an id. */
const badIds = ['\ud800', '.', '..', ' ', 'a\u0000b', false].map((id) => ({ id, name: 'Bad id', label: 'Bad id' }));

const broken = { kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AAAA' };
const stsChanges: Changes = [
	[
		/openid-configuration/,
		(body) => ({
			...body,
			id_token_signing_alg_values_supported: [null, ...(body.id_token_signing_alg_values_supported as []), 7],
			code_challenge_methods_supported: null,
			response_types_supported: 'code',
			userinfo_endpoint: '',
			mtls_endpoint_aliases: null,
			authorization_response_iss_parameter_supported: 'true'
		})
	],
	[
		/jwks/,
		({ keys }) => ({
			keys: [
				null,
				'key',
				broken,
				...(keys as Json[]).map(({ kid: _kid, alg: _alg, ...key }) => ({ ...key, use: null }))
			]
		})
	],
	[/\/token$/, (body) => ({ ...body, token_type: 'BEARER', scope: null, expires_in: '3600' })],
	[
		/\/(?:par|request)$/,
		(body, response) => {
			pushed = response.requestBody;
			response.status = 200;
			return { ...body, expires_in: null };
		}
	],
	[/revocation$/, (_body, response) => (response.status = 202)],
	[
		/federation/,
		() => [
			null,
			'uni-zuid',
			...badIds,
			{ id: 'no-name', name: null },
			{ id: 'uni-noord', name: { nl: 'Universiteit Noord', en: 'North University' }, enabled: 'true' },
			{ id: 'uni-uit', name: 'Universiteit Uit', enabled: 'false' }
		]
	]
];
const bridgeChanges: Changes = [
	[
		/sessions$/,
		(body) => ({
			...body,
			status: null,
			expiresAt: Number.isFinite(body.expiresAt) ? `${body.expiresAt as number}` : null
		})
	],
	[
		/[^v]\/status$/,
		(body) => ({
			...body,
			sessionId: null,
			idvRequired: body.status === 'IDV_REQUIRED' ? 'true' : 'false',
			errorCode: null,
			expiresAt: null
		})
	],
	[/complete$/, (body) => ({ ...body, userId: null, sessionId: null })],
	[/idv\/initiate$/, (body) => ({ ...body, planType: null, idvRequirementReason: null })],
	[
		/idv\/status$/,
		(body) => ({
			...body,
			sessionId: null,
			message: null,
			candidates: [
				null,
				...badIds,
				{ id: 'c0', label: null },
				{ id: 'c1', label: { nl: 'Noor (Noord)', en: 'Noor (North)' } },
				{ id: 2, label: 'Robin' }
			]
		})
	]
];

/** Applies the changes; JSON is sent as text, with a byte order mark. */
function altered(changes: Changes): (response: PassingResponse) => void {
	return (response) => {
		const [, change] = changes.find(([path]) => path.test(response.path.replace(/\?.*/, ''))) ?? [];
		if (!change || response.status >= 300) return;
		const body = JSON.parse(response.body || '{}') as Json;
		response.body = `\uFEFF${JSON.stringify(change(body, response))}`;
		response.headers['content-type'] = 'text/plain; charset=utf-8';
	};
}

/** The log lines about dropped entries of this list. */
const droppedOf = (list: string) =>
	landscape.portal
		.logs()
		.split('\n')
		.filter((line) => line.includes('were dropped') && line.includes(list));

describe('an STS whose responses are odd but usable', () => {
	test('signs a person in with PKCE, refreshes the tokens and signs out', async () => {
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect(pushed).toContain('code_challenge_method=S256');
		await tokensOver(browser, landscape);
		expect((await browser.call('/api/me')).status).toBe(200);
		await browser.call('/api/auth/signout', { method: 'POST' });
		expect([landscape.sandbox.count('sts.par'), landscape.sandbox.count('sts.revocation')]).toEqual([1, 1]);
		expect(landscape.portal.logs()).not.toMatch(/could not be revoked|PKCE/);
	});

	test.each([
		['null', null],
		['empty', '']
	])('signs a person in whose refresh token is %s', async (_what, nothing) => {
		sts.alter(
			altered([
				[
					/\/token$/,
					(body) => ({ ...body, refresh_token: nothing, scope: nothing, expires_in: nothing, token_type: nothing })
				],
				...stsChanges
			])
		);
		expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
		expect((await browser.call('/api/me')).status).toBe(200);
	});

	test('lists the institutions that are valid, by name in the language of the page, with one line in the log', async () => {
		const english = await browser.open('/login');
		expect(english.text).toContain('North University');
		const dutch = (await browser.call('/login', { headers: { accept: 'text/html', 'accept-language': 'nl' } })).text;
		expect(dutch).toContain('Universiteit Noord');
		for (const text of [english.text, dutch]) {
			expect(text).not.toContain('no-name');
			expect(text).not.toContain('Bad id');
			expect(text).not.toContain('Universiteit Uit');
		}
		await expect.poll(() => droppedOf('institutions')).toHaveLength(1);
	});

	test('has malformed keys, which the log reports once', async () => {
		await signInAtInstitution(browser);
		await signInAtInstitution(new Browser(landscape.url));
		await expect.poll(() => droppedOf('keys')).toHaveLength(1);
	});

	test('that encrypts ID tokens signs nobody in, and the log says why, once a minute', async () => {
		sts.alter(altered([[/\/token$/, (body) => ({ ...body, id_token: 'eyJlbmMiOiIi.a.b.c.d' })], ...stsChanges]));
		for (const each of [browser, new Browser(landscape.url)]) {
			expectLoginError(await signInAtInstitution(each), 'sign_in_failed');
			expect(holdsSession(each)).toBe(false);
		}
		await expect.poll(() => landscape.portal.logs().match(/id_token_encrypted/g)).toHaveLength(1);
	});
});

describe('an Auth Bridge whose responses are odd but usable', () => {
	test('signs a person in with a linked wallet', async () => {
		expect((await signInWithWallet(browser, landscape.sandbox)).url.pathname).toBe('/account');
	});

	test('links a wallet by a visit to the institution', async () => {
		expect((await signInByVerification(browser, landscape.sandbox)).url.pathname).toBe('/account');
	});

	test('has its status read', async () => {
		const id = await createWalletSession(browser);
		const { status, text } = await browser.call(sessionPath(id, 'status'));
		expect([status, JSON.parse(text)]).toMatchObject([200, { sessionId: id, status: 'PENDING', idvRequired: false }]);
	});

	test('has the candidates shown that are valid, in the language of the page', async () => {
		landscape.sandbox.scenario('plan', { planType: 'MANUAL_REVIEW', reason: 'CANDIDATE_MATCH_CONFIRMATION' });
		await sharedWalletSession(browser, landscape.sandbox, 'unknown-student');
		const page = await browser.open('/login/wallet');
		expect(page.text).toContain('Noor (North)');
		expect(page.text).toContain('Robin');
		expect(page.text).not.toMatch(/"c0"|Bad id/);
		const dutch = await browser.call('/login/identity', { headers: { accept: 'text/html', 'accept-language': 'nl' } });
		expect(dutch.text).toContain('Noor (Noord)');
		await expect.poll(() => droppedOf('candidates')).toHaveLength(1);
	});

	test('has the linked wallets shown that are valid, in the language of the page, with one line in the log', async () => {
		bridge.alter(
			altered([
				[
					/bindings/,
					() => [
						null,
						{ id: 'b1', providerId: { nl: 'Wallet van Noord', en: 'Wallet of North' }, createdAt: null },
						...badIds.map(({ id }) => ({ id, providerId: 'Bad id' })),
						{ providerId: 'without an id' },
						{ id: 2, providerId: [], institutionId: 7, lastUsedAt: 'yesterday' }
					]
				],
				...bridgeChanges
			])
		);
		const english = await signInAtInstitution(browser);
		expect(english.text).toContain('Wallet of North');
		expect(linkIn(english, '/wallets/2/unlink')).toBeDefined();
		expect(english.text).not.toMatch(/without an id|Bad id/);
		const dutch = await browser.call('/account', { headers: { accept: 'text/html', 'accept-language': 'nl' } });
		expect(dutch.text).toContain('Wallet van Noord');
		await expect.poll(() => droppedOf('bindings')).toHaveLength(1);
	});
});
