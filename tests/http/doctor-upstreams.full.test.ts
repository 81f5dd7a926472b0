import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlteringProxy, startAlteringProxy } from '../harness/proxy.ts';
import { diagnose, healthyEnvironment } from '../harness/doctor.ts';
import type { Environment } from '../harness/portal-process.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';

const PORTAL = 'http://localhost:3000';
let sandbox: Sandbox;
let sts: AlteringProxy;
let bridge: AlteringProxy;

beforeAll(async () => {
	sandbox = await startSandbox({ portalUrl: PORTAL, stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
	sts = await startAlteringProxy(sandbox.stsUrl);
	bridge = await startAlteringProxy(sandbox.bridgeUrl);
});
afterAll(() => Promise.all([sts.stop(), bridge.stop(), sandbox.stop()]));
beforeEach(() => {
	sandbox.reset();
	for (const proxy of [sts, bridge]) proxy.alter(null);
});

const consult = (env: Environment = {}) => diagnose({ ...healthyEnvironment(sandbox, PORTAL), ...env });
/** Runs the doctor with altered responses of the STS and the Bridge. */
const consultAltered = (env: Environment = {}) =>
	consult({ STS_INTERNAL_URL: sts.url, AUTH_BRIDGE_URL: bridge.url, ...env });
const isDiscovery = (path: string) => path === '/.well-known/openid-configuration';

describe('the STS', () => {
	test('that refuses a scope is reported, with and without pushed authorization requests', async () => {
		const asksForGrades = (text: string) => /scope=[^&]*grades/.test(text);
		sts.alter((response) => {
			if (!response.path.startsWith('/request') || !asksForGrades(response.requestBody)) return;
			// Keycloak responds like this, not with `invalid_scope`.
			Object.assign(response, { status: 400, body: '{"error":"invalid_request"}' });
		});
		const pushed = await consultAltered({ STS_SCOPE: 'openid email grades' });
		sandbox.scenario('no-par');
		sts.alter((response) => {
			const back = new URL(response.path, sts.url).searchParams.get('redirect_uri');
			if (!response.path.startsWith('/auth?') || back === null || !asksForGrades(response.path)) return;
			response.headers.location = `${back}?error=invalid_scope&state=portal-doctor`;
		});
		const navigated = await consultAltered({ STS_SCOPE: 'openid email grades' });
		for (const { code, bad, find } of [pushed, navigated]) {
			expect({ code, bad }).toEqual({ code: 1, bad: ['sts.scope'] });
			expect(find('sts.scope')).toMatch(/^wrong: .*\(grades\)\. → .*STS_SCOPE/);
		}
	});

	test('is checked only for the callbacks of enabled sign-in methods, and no Auth Bridge is checked without wallets', async () => {
		const { bad, find } = await consult({ SIGN_IN_METHODS: 'institution', AUTH_BRIDGE_URL: '' });
		expect(bad).toEqual([]);
		expect(find('sts.callback.sts')).toMatch(/^good: /);
		for (const check of ['sts.callback.sts-wallet', 'bridge', 'bridge.cors']) expect(find(check)).toBeUndefined();
	});

	test('with another issuer at its internal address is reported', async () => {
		const { code, find } = await consult({ STS_ISSUER_URL: 'http://sts.example', STS_INTERNAL_URL: sandbox.stsUrl });
		expect(find('sts.issuer')).toContain(`wrong: The issuer in the discovery document is "${sandbox.stsUrl}"`);
		expect(find('sts.issuer')).toContain('with a slash at its end only if it is shown with one');
		expect(find('sts.addresses')).toContain('warning: The public address of the STS can’t be read from this machine');
		expect(code).toBe(1);
	});

	test('may be configured with a slash at the end that its issuer lacks', async () => {
		const { code, bad } = await consult({ STS_ISSUER_URL: `${sandbox.stsUrl}/` });
		expect({ code, bad }).toEqual({ code: 0, bad: [] });
	});

	test('without a token endpoint is reported', async () => {
		sts.alter((response) => {
			if (isDiscovery(response.path)) response.body = response.body.replace('"token_endpoint"', '"gone"');
		});
		expect((await consultAltered()).find('sts.endpoints')).toContain(
			'wrong: The discovery document of the STS lacks token_endpoint'
		);
	});

	test.each([
		['no discovery document', (path: string) => isDiscovery(path), 'sts.discovery', 'status 404'],
		['no keys', (path: string) => path === '/jwks', 'sts.keys', 'status 404']
	])('with %s is reported', async (_name, applies, check, message) => {
		sts.alter((response) => {
			if (applies(response.path)) response.status = 404;
		});
		expect((await consultAltered()).find(check)).toMatch(new RegExp(`^wrong: .*${message}`));
	});

	test('whose keys match none of its algorithms is reported', async () => {
		sts.alter((response) => {
			if (response.path === '/jwks') response.body = '{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"EC"}]}';
		});
		expect((await consultAltered()).find('sts.keys')).toMatch(/^wrong: None of the 2 keys/);
	});

	test('with a malformed key among valid ones is reported as a warning', async () => {
		sts.alter((response) => {
			if (response.path === '/jwks') response.body = response.body.replace('"keys":[', '"keys":[null,{"kty":"EC"},');
		});
		const { code, find } = await consultAltered();
		expect([code, find('sts.keys')]).toEqual([0, expect.stringMatching(/^warning: The portal drops 2 of the \d keys/)]);
	});

	test('that signs only with a shared secret is reported', async () => {
		sts.alter((response) => {
			if (isDiscovery(response.path))
				response.body = response.body.replace(
					/("id_token_signing_alg_values_supported":)\[[^\]]*\]/,
					'$1["HS256","none"]'
				);
		});
		expect((await consultAltered()).find('sts.keys')).toMatch(/^wrong: .*no asymmetric algorithm/);
	});

	test('without an end-session endpoint is reported as a warning', async () => {
		sandbox.scenario('no-end-session');
		const { code, bad } = await consult();
		expect({ code, bad }).toEqual({ code: 0, bad: ['sts.end-session'] });
	});

	test.each([
		['10 s behind', -10, 'warning: The clock of the STS is 10 s behind'],
		['a minute ahead', 60, 'warning: The clock of the STS is 60 s ahead of'],
		['two minutes ahead', 120, 'wrong: The clock of the STS is 120 s ahead of']
	])('whose clock is %s is reported', async (_name, seconds, finding) => {
		sts.alter(({ headers }) => (headers.date = new Date(Date.now() + seconds * 1000 - 500).toUTCString()));
		const said = (await consultAltered()).find('sts.clock') ?? '';
		// Seconds are rounded and the machine may be busy: accept one second more or less.
		expect(
			said
				.replace(/is (9|10|11) s/, 'is 10 s')
				.replace(/is (59|60|61) s/, 'is 60 s')
				.replace(/is (119|121) s/, 'is 120 s')
		).toContain(finding);
	});

	test('whose token responses any site can read is reported as a warning, based on the POST, not the preflight', async () => {
		sts.alter(({ method, headers }) => {
			if (method === 'OPTIONS') headers['access-control-allow-origin'] = '*';
		});
		expect((await consultAltered()).find('sts.cors')).toMatch(/^good: /);
		sts.alter(({ method, path, requestHeaders, headers }) => {
			if (method === 'POST' && path === '/token' && requestHeaders.origin)
				headers['access-control-allow-origin'] = requestHeaders.origin;
		});
		expect((await consultAltered()).find('sts.cors')).toMatch(/^warning: /);
	});
});

describe('the Auth Bridge', () => {
	test.each(['bridge-old-shape', 'bridge-500-for-everything'] as const)(
		'is recognized with the scenario %s',
		async (scenario) => {
			sandbox.scenario(scenario);
			expect((await consult()).find('bridge')).toBe(
				'good: The Auth Bridge responds as expected (404 for an unknown wallet session).'
			);
		}
	);

	test('is distinguished from another service at its address', async () => {
		const { code, find } = await consult({ AUTH_BRIDGE_URL: sandbox.institutionUrl });
		expect(find('bridge')).toMatch(/^wrong: .*has no wallet session API/);
		expect(code).toBe(1);
	});

	test('that does not respond in time is reported', async () => {
		sandbox.scenario('bridge-slow', { ms: 5000 });
		const { find } = await consult({ AUTH_BRIDGE_TIMEOUT_MS: '200' });
		expect(find('bridge')).toContain('it did not respond in time');
	});

	test('that requires a credential is reported if the portal has none', async () => {
		sandbox.scenario('bridge-401');
		expect((await consult()).find('bridge')).toMatch(
			/^wrong: .*asks for a credential \(status 401\).*AUTH_BRIDGE_CLIENT_ID/
		);
	});

	test('whose clock is two minutes behind is reported as a warning', async () => {
		bridge.alter(({ headers }) => (headers.date = new Date(Date.now() - 120_000).toUTCString()));
		const { code, bad, find } = await consultAltered();
		expect({ code, bad }).toEqual({ code: 0, bad: ['bridge.clock'] });
		expect(find('bridge.clock')).toMatch(/^warning: The clock of the Auth Bridge is (119|120|121) s behind/);
	});

	test('that lets pages of any site call it with cookies is reported', async () => {
		bridge.alter(({ requestHeaders, headers }) => {
			headers['access-control-allow-origin'] = requestHeaders.origin ?? '*';
			headers['access-control-allow-credentials'] = 'true';
		});
		const { code, find } = await consultAltered();
		expect(find('bridge.cors')).toMatch(/^wrong: .*with a person’s cookies/);
		expect(code).toBe(1);
	});
});
