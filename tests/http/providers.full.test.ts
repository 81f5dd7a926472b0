import * as v from 'valibot';
import { afterEach, describe, expect, test } from 'vitest';
import { type AlteringProxy, type PassingResponse, startAlteringProxy } from '../harness/proxy.ts';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { heldSession, holdsSession, tokensOver } from './support/held-session.ts';
import { callbackOf, expectLoginError } from './support/journeys.ts';
import { type ProviderShape, providerShapes, without } from './support/provider-shapes.ts';

const Me = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({ user: v.object({ id: v.string(), name: v.nullable(v.string()) }) })
);

let landscape: Landscape;
let sts: AlteringProxy;
afterEach(async () => {
	await landscape.stop();
	await sts.stop();
});

async function start(shape: Omit<ProviderShape, 'name'>): Promise<void> {
	const { issuerEnd = '', env = {}, claims, refresh = 'rotates' } = shape;
	landscape = await startLandscape({
		runtime,
		env: async (sandbox) => {
			sts = await startAlteringProxy(sandbox.stsUrl);
			const issuer = sandbox.stsUrl + issuerEnd;
			sts.alter((response) => alter(response, shape, issuer));
			// Before the first read: discovery is cached.
			sandbox.scenario('id-token', { claims: { ...claims, iss: issuer } });
			if (refresh === 'none') sandbox.scenario('no-refresh-token');
			if (refresh === 'keeps') sandbox.scenario('no-rotation');
			return { ...env, STS_ISSUER_URL: issuer, STS_INTERNAL_URL: sts.url };
		}
	});
}

function alter(
	response: PassingResponse,
	{ discovery, tokens, revocation }: Omit<ProviderShape, 'name'>,
	issuer: string
) {
	const path = response.path.replace(/\?.*/, '');
	const merge = (changes: object) => {
		response.body = JSON.stringify({ ...(JSON.parse(response.body) as object), ...changes });
	};
	if (path.endsWith('/openid-configuration')) merge({ issuer, ...discovery });
	else if (path === '/token' && response.status === 200) merge(tokens ?? {});
	else if (path === '/token/revocation') revocation?.(response);
}

/** Signs in, with or without the `iss` parameter in the callback. */
async function signIn(browser: Browser, { hasIss = false }: Pick<ProviderShape, 'hasIss'>): Promise<Visit> {
	const callback = await callbackOf(browser);
	if (!hasIss) callback.searchParams.delete('iss');
	return browser.open(callback, { from: landscape.sandbox.stsUrl });
}

const me = async (browser: Browser) => v.parse(Me, (await browser.call('/api/me')).text).user;

describe.each(providerShapes)('with responses of the shape of $name', (shape) => {
	test('a person signs in, stays signed in after a refresh if there is one, and signs out', async () => {
		await start(shape);
		let browser = new Browser(landscape.url);
		expect((await signIn(browser, shape)).url.pathname).toBe('/account');
		const person = await me(browser);
		expect(person.name).toBe('Sanne de Vries');
		const { idToken } = await heldSession(browser, landscape);

		await tokensOver(browser, landscape);
		const isRefreshed = shape.refresh !== 'none';
		expect((await browser.call('/api/me')).status).toBe(isRefreshed ? 200 : 401);
		if (!isRefreshed) {
			// The STS would recognize the first one, and not ask who it is.
			browser = new Browser(landscape.url);
			await signIn(browser, shape);
		}
		expect(await me(browser)).toEqual(person);

		const held = await heldSession(browser, landscape);
		await browser.open('/api/auth/signout', { form: {}, follow: false });
		expect(holdsSession(browser)).toBe(false);
		const page = await browser.open('/signed-out', { follow: false });
		const target = page.headers.get('refresh')?.replace('0; url=', '').replaceAll('&amp;', '&');
		const endSession = target === undefined ? null : new URL(target).searchParams;
		expect(endSession !== null).toBe(shape.discovery === undefined || !('end_session_endpoint' in shape.discovery));
		expect(endSession?.get('id_token_hint') ?? null).toBe(shape.env?.SIGN_OUT_ID_TOKEN_HINT ? held.idToken : null);
		expect(idToken).toBeDefined();
	});
});

describe.each(providerShapes.filter(({ logoutHeader }) => logoutHeader))(
	'a logout token of the shape of $name',
	(shape) => {
		test('ends the session', async () => {
			await start(shape);
			const browser = new Browser(landscape.url);
			await signIn(browser, shape);
			const { sub, sid } = await heldSession(browser, landscape);
			// A logout by `sub` only ends sessions that began before it.
			const iat = Math.floor(Date.now() / 1000) + 2;
			const token = await landscape.sandbox.sign(
				{
					iss: landscape.env.STS_ISSUER_URL ?? '',
					aud: ['portal-frontend'],
					iat,
					exp: iat + 120,
					jti: crypto.randomUUID(),
					sub,
					...(sid !== undefined && { sid }),
					events: { 'http://schemas.openid.net/event/backchannel-logout': {} }
				},
				shape.logoutHeader
			);
			const { status } = await browser.call('/api/auth/backchannel-logout', {
				method: 'POST',
				body: new URLSearchParams({ logout_token: token }).toString(),
				headers: { 'content-type': 'application/x-www-form-urlencoded' }
			});
			expect(status).toBe(200);
			expect((await browser.call('/api/me')).status).toBe(401);
		});
	}
);

describe('what the portal refuses:', () => {
	test('an issuer with a placeholder, like that of Entra ID’s "common"', async () => {
		await start({ discovery: { issuer: 'https://login.example/{tenantid}/v2.0' } });
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		expectLoginError(await browser.open('/login/start?provider=sts'), 'portal_misconfigured');
	});

	test('an ID token whose issuer differs by a trailing slash', async () => {
		await start({ discovery: without('authorization_response_iss_parameter_supported') });
		landscape.sandbox.scenario('id-token', { claims: { iss: `${landscape.sandbox.stsUrl}/` } });
		const browser = new Browser(landscape.url);
		expectLoginError(await signIn(browser, {}), 'sign_in_failed');
	});

	test('a callback without the iss parameter that discovery promises, and one with another issuer', async () => {
		await start({});
		expectLoginError(await signIn(new Browser(landscape.url), { hasIss: false }), 'sign_in_failed');
		const browser = new Browser(landscape.url);
		const callback = await callbackOf(browser);
		callback.searchParams.set('iss', 'https://elsewhere.example');
		expectLoginError(await browser.open(callback, { from: landscape.sandbox.stsUrl }), 'sign_in_failed');
		expect(landscape.sandbox.count('sts.token:code')).toBe(0);
	});

	test('a callback with an error, with a page that says what to do', async () => {
		await start({ discovery: without('authorization_response_iss_parameter_supported') });
		const pageOf = async (error: string) => {
			const browser = new Browser(landscape.url);
			const callback = await callbackOf(browser);
			callback.searchParams.delete('code');
			callback.searchParams.set('error', error);
			callback.searchParams.set('error_description', 'AADSTS65004: said so');
			const { url } = await browser.open(callback, { from: landscape.sandbox.stsUrl });
			return url.searchParams.get('error');
		};
		const pages = {
			access_denied: 'access_denied',
			consent_required: 'interaction_required',
			interaction_required: 'interaction_required',
			login_required: 'interaction_required',
			account_selection_required: 'interaction_required',
			unauthorized_client: 'portal_misconfigured',
			invalid_scope: 'portal_misconfigured',
			server_error: 'sts_unavailable',
			invalid_resource: 'sign_in_failed'
		};
		const shown: Record<string, string | null> = {};
		for (const error of Object.keys(pages)) shown[error] = await pageOf(error);
		expect(shown).toEqual(pages);
	}, 60_000);
});
