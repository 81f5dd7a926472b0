import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diagnose, healthyEnvironment, runDoctor } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import type { Environment } from '../harness/portal-process.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';

const PORTAL = 'http://localhost:3000';
let sandbox: Sandbox;
/** An address on which nothing listens. */
let closed: string;

beforeAll(async () => {
	closed = `http://127.0.0.1:${await freePort()}`;
	sandbox = await startSandbox({ portalUrl: PORTAL, stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.reset());

const good = () => healthyEnvironment(sandbox, PORTAL);
const consult = (env: Environment = {}) => diagnose({ ...good(), ...env });

test('with everything in order every finding is good', async () => {
	const { code, bad, summary, find } = await consult();
	expect({ code, bad, summary }).toMatchObject({ code: 0, bad: [], summary: { wrong: 0 } });
	expect(find('sts.credentials')).toBe('good: The STS accepts the portal’s credentials.');
	expect(find('sts.callback.sts')).toContain(`good: The callback ${PORTAL}/api/auth/callback/sts is registered`);
	expect(find('sts.callback.sts-wallet')).toContain(`good: The callback ${PORTAL}/api/auth/callback/sts-wallet is`);
	for (const check of ['scope', 'keys', 'clock', 'cors', 'sign-out']) expect(find(`sts.${check}`)).toMatch(/^good: /);
	for (const check of ['bridge', 'bridge.clock', 'bridge.cors']) expect(find(check)).toMatch(/^good: /);
});

test('the findings are printed as text for a terminal', async () => {
	const { code, text } = await runDoctor(good());
	expect(code).toBe(0);
	expect(text).toContain('✓ The STS accepts the portal’s credentials.\n');
	expect(text).toMatch(/\n\d+ good, \d+ to look at, 0 wrong\n$/);
});

test('the doctor does not create a wallet session or complete a sign-in', async () => {
	await consult();
	const { operations } = sandbox.counts();
	expect(
		Object.keys(operations)
			.filter((name) => name.startsWith('bridge.'))
			.sort()
	).toEqual(['bridge.complete', 'bridge.status']);
});

describe('arguments', () => {
	test('--help prints the options and needs no configuration', async () => {
		const { code, text } = await runDoctor({}, ['--help']);
		expect(code).toBe(0);
		for (const option of ['--tokens FILE', '--proxy URL', '--create-session', '--json', '--help'])
			expect(text).toContain(`  ${option}`);
	});

	test.each([
		['an unknown option', ['--nope'], "Unknown option '--nope'"],
		['an option without its value', ['--tokens'], "'--tokens"],
		['an unexpected argument', ['now'], 'now'],
		['an invalid URL', ['--proxy', 'portal'], '--proxy must be an http:// or https:// URL']
	])('%s ends with status 2, the reason and the usage, without a stack trace', async (_name, args, reason) => {
		const { code, text } = await runDoctor(good(), args);
		expect(code).toBe(2);
		expect(text).toContain(reason);
		expect(text).toContain('Usage: npm run doctor');
		expect(text).not.toMatch(/^\s+at /m);
	});
});

test('every configuration error is reported, and no service is called', async () => {
	const { code, find, text, summary } = await diagnose({ ...good(), AUTH_SECRET: 'swordfish', PORT: 'x' });
	expect(code).toBe(1);
	expect(summary).toMatchObject({ good: 0, wrong: 2 });
	expect(find('configuration')).toContain('AUTH_SECRET: ');
	expect(text).toContain('PORT: must be a whole number');
	expect(text).not.toContain('swordfish');
});

test('a misspelt variable is reported with the suggested name', async () => {
	const { code, bad, find } = await consult({ AUTH_BRIDGE_URI: 'http://bridge', REDIS_SERVICE_HOST: '10.0.0.1' });
	expect({ code, bad }).toEqual({ code: 0, bad: ['configuration.unknown'] });
	expect(find('configuration.unknown')).toMatch(/AUTH_BRIDGE_URI.* → Did you mean AUTH_BRIDGE_URL\?/);
});

test.each<[string, () => Environment, string, string]>([
	[
		'a wrong secret',
		() => ({ STS_CLIENT_SECRET: 'swordfish' }),
		'sts.credentials',
		'refuses the portal’s credentials (invalid_client)'
	],
	[
		'an unknown client',
		() => ({ STS_CLIENT_ID: 'nobody' }),
		'sts.credentials',
		'refuses the portal’s credentials (invalid_client)'
	],
	[
		'a redirect URI that is not registered',
		() => ({ AUTH_URL: 'http://localhost:3999' }),
		'sts.callback.sts',
		'refuses a sign-in with the callback http://localhost:3999/api/auth/callback/sts ('
	],
	[
		'a post-logout redirect URI that is not registered',
		() => ({ AUTH_URL: 'http://localhost:3999' }),
		'sts.sign-out',
		'refuses to send browsers back to http://localhost:3999/'
	],
	['an STS that does not listen', () => ({ STS_ISSUER_URL: closed }), 'sts.discovery', 'the connection was refused'],
	[
		'an STS whose host name does not exist',
		() => ({ STS_ISSUER_URL: 'http://sts.invalid' }),
		'sts.discovery',
		'its host name is unknown'
	],
	['a Bridge that does not listen', () => ({ AUTH_BRIDGE_URL: closed }), 'bridge', 'the connection was refused']
])('%s is reported with a way to fix it', async (_name, env, check, message) => {
	const { code, find, text } = await consult(env());
	expect(find(check)).toMatch(/^wrong: .* → ./);
	expect(find(check)).toContain(message);
	expect(text).not.toContain('swordfish');
	expect(code).toBe(1);
});

test.each([
	['a wrong secret', { STS_CLIENT_SECRET: 'swordfish' }],
	['an unknown client', { STS_CLIENT_ID: 'nobody' }]
])(
	'%s is reported once for each endpoint of the STS that refuses it, and nothing is said about CORS',
	async (_name, env) => {
		const { bad, find } = await consult(env);
		expect(bad.filter((check) => check !== 'sts.sign-out')).toEqual(['sts.credentials', 'sts.callback.sts']);
		expect(find('sts.cors')).toBeUndefined();
	}
);

test('callbacks and scopes are checked without pushed authorization requests too', async () => {
	sandbox.scenario('no-par');
	const { bad, find } = await consult();
	expect(bad).toEqual([]);
	expect(find('sts.callback.sts')).toMatch(/^good: /);
	const moved = await consult({ AUTH_URL: 'http://localhost:3999' });
	expect(moved.find('sts.callback.sts')).toMatch(/^wrong: .*http:\/\/localhost:3999\/api\/auth\/callback\/sts /);
});
