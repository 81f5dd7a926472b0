import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { expectLoginError } from './support/journeys.ts';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

describe('parameters of a query or form never reach the STS', () => {
	const wanted = {
		scope: 'openid evil',
		prompt: 'none',
		login_hint: 'evil',
		claims: '{"id_token":{"evil":null}}',
		acr_values: 'evil',
		redirect_uri: 'https://evil.example/',
		request_uri: 'https://evil.example/',
		'authorizationParams-scope': 'openid evil'
	};

	test.each([
		['/login/start', (browser: Browser) => browser.open(`/login/start?provider=sts&${new URLSearchParams(wanted)}`)],
		['POST /api/auth/signin/sts', (browser: Browser) => browser.open(signInPath, { form: wanted })]
	])('when sent to %s', async (_, start) => {
		const browser = new Browser(landscape.url);
		await browser.open('/login');
		const institution = await start(browser);
		expect(institution.url.origin).toBe(landscape.sandbox.institutionUrl);
		const [request] = landscape.sandbox.authorizations();
		expect(JSON.stringify(request)).not.toContain('evil');
		expect(request?.params).toMatchObject({
			scope: 'openid profile email eduid offline_access',
			redirect_uri: `${landscape.url}/api/auth/callback/sts`,
			code_challenge_method: 'S256'
		});
		expect(Object.keys(request?.params ?? {}).sort()).toEqual(
			[
				'claims',
				'client_id',
				'code_challenge',
				'code_challenge_method',
				'nonce',
				'redirect_uri',
				'response_type'
			].concat(['scope', 'state'])
		);
	});

	const signInPath = `/api/auth/signin/sts?${new URLSearchParams(wanted)}`;
});

test('an institution that the STS does not list or has disabled is rejected without a request to the STS', async () => {
	const browser = new Browser(landscape.url);
	await browser.open('/login');
	const pages = await Promise.all(
		['nobody', 'academie-zuid', '../x'].map((id) =>
			browser.open(`/login/start?provider=sts&institution=${encodeURIComponent(id)}`)
		)
	);
	expect(pages.map(({ url }) => url.searchParams.get('error'))).toEqual(pages.map(() => 'institution_unknown'));
	expect(landscape.sandbox.authorizations()).toEqual([]);
});

test('a link on another site to /login/start shows the login page first', async () => {
	const page = await new Browser(landscape.url).open('/login/start?provider=sts', { from: 'https://evil.example' });
	expect(page.url.pathname).toBe('/login');
	expect(linkIn(page, 'provider=sts')).toContain('/login/start');
	expect(landscape.sandbox.authorizations()).toEqual([]);
});

test.each([
	['with a wallet that has not completed', 'sts-wallet', 'wallet_session_foreign'],
	['of an unknown kind', 'unknown', 'sign_in_failed']
])('a sign-in %s redirects the person to the login page, with the return path', async (_, provider, error) => {
	const browser = new Browser(landscape.url);
	await browser.open('/login');
	const form = { callbackUrl: '/help?from=here' };
	expectLoginError(await browser.open(`/api/auth/signin/${provider}`, { form }), error, '/help?from=here');
	const program = await browser.call(`/api/auth/signin/${provider}`, { method: 'POST' });
	expect(program.status).toBe(404);
});
