import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Environment, spawnProgram } from '../harness/portal-process.ts';
import { runtime } from '../harness/runtime.ts';
import { type Sandbox, startSandbox } from '../sandbox/index.ts';
import { doctorCommand } from '../tasks/runtime.mjs';

const PORTAL = 'http://localhost:3000';
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ portalUrl: PORTAL, stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.reset());

async function consult(env: Environment = {}, args: string[] = []) {
	const good = {
		AUTH_URL: PORTAL,
		AUTH_SECRET: 'a-secret-for-tests-that-nobody-else-uses',
		STS_ISSUER_URL: sandbox.stsUrl,
		STS_CLIENT_ID: 'portal-frontend',
		STS_CLIENT_SECRET: 'portal-frontend-secret',
		AUTH_BRIDGE_URL: sandbox.bridgeUrl
	};
	const doctor = spawnProgram(doctorCommand(runtime, args), { ...good, ...env });
	return { code: await doctor.ended, said: doctor.logs() };
}

test('with everything in order the doctor finds nothing wrong', async () => {
	const { code, said } = await consult();
	expect(said).toContain('0 wrong');
	expect(said).toContain('✓ The STS accepts the portal’s credentials.');
	expect(said).toContain(`✓ The callback ${PORTAL}/api/auth/callback/sts is registered`);
	expect(said).toContain(`✓ The callback ${PORTAL}/api/auth/callback/sts-wallet is registered`);
	expect(said).toContain('✓ The Auth Bridge answers');
	expect(code).toBe(0);
});

test('callbacks are looked at without pushed authorization requests too', async () => {
	sandbox.scenario('no-par');
	const { said } = await consult();
	expect(said).toContain(`✓ The callback ${PORTAL}/api/auth/callback/sts is registered`);
	const moved = await consult({ AUTH_URL: 'http://localhost:3999' });
	expect(moved.said).toContain('✗ The STS refuses the callback http://localhost:3999/api/auth/callback/sts.');
});

test.each([
	['a wrong secret', { STS_CLIENT_SECRET: 'another' }, '✗ The STS refuses the portal’s credentials.'],
	['an unknown client', { STS_CLIENT_ID: 'nobody' }, '✗ The STS refuses the portal’s credentials.'],
	[
		'an address that is not registered',
		{ AUTH_URL: 'http://localhost:3999' },
		'✗ The STS refuses the callback http://localhost:3999/api/auth/callback/sts.'
	],
	['an STS that is not there', { STS_ISSUER_URL: 'http://127.0.0.1:9' }, '✗ The STS gives no discovery document'],
	['a Bridge that is not there', { AUTH_BRIDGE_URL: 'http://127.0.0.1:9' }, '✗ The Auth Bridge gives no answer'],
	['a configuration with faults', { AUTH_SECRET: 'short' }, 'AUTH_SECRET: ']
])('%s is told, with what to do', async (_name, env, line) => {
	const { code, said } = await consult(env);
	expect(said).toContain(line);
	expect(said).not.toContain('another');
	expect(code).toBe(1);
});

test.each([
	['in the old shape', 'bridge-old-shape'],
	['with 500 for everything', 'bridge-500-for-everything']
] as const)('an Auth Bridge that says %s that it knows no such session is one', async (_how, scenario) => {
	sandbox.scenario(scenario);
	expect((await consult()).said).toContain('✓ The Auth Bridge answers as one does.');
});

test.each<[string, Record<string, string>, string]>([
	['without one', {}, '! The Auth Bridge asks for a credential.'],
	[
		'with one',
		{ AUTH_BRIDGE_CLIENT_ID: 'portal-service', AUTH_BRIDGE_CLIENT_SECRET: 'x' },
		'✓ The Auth Bridge asks for'
	]
])('that the Auth Bridge asks for a credential is told to a portal %s', async (_which, env, line) => {
	sandbox.scenario('bridge-401');
	const { code, said } = await consult(env);
	expect(said).toContain(line);
	expect(code).toBe(0);
});

test('another service in the place of the Auth Bridge is noticed', async () => {
	const { code, said } = await consult({ AUTH_BRIDGE_URL: sandbox.institutionUrl });
	expect(said).toContain('does not know wallet sessions');
	expect(code).toBe(1);
});

test('an issuer of another name, behind an internal address, is told', async () => {
	const { code, said } = await consult({
		STS_ISSUER_URL: 'http://sts.example',
		STS_INTERNAL_URL: sandbox.stsUrl
	});
	expect(said).toContain(`✗ The STS says that its issuer is "${sandbox.stsUrl}"`);
	expect(said).toContain('! The public address of the STS can’t be read from this machine');
	expect(code).toBe(1);
});

describe('a Bridge that is open to pages of any site', () => {
	let server: Server;
	beforeAll(async () => {
		server = createServer((request, response) => {
			response.writeHead(404, {
				'content-type': 'application/json',
				'access-control-allow-origin': request.headers.origin ?? '*',
				'access-control-allow-credentials': 'true',
				date: new Date(Date.now() - 120_000).toUTCString()
			});
			response.end('{"error":"session_not_found"}');
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	});
	afterAll(() => server.close());

	test('is a fault', async () => {
		const address = server.address();
		const port = typeof address === 'object' ? address?.port : undefined;
		const { code, said } = await consult({ AUTH_BRIDGE_URL: `http://127.0.0.1:${port ?? 0}` });
		expect(said).toContain('✗ The Auth Bridge lets pages of any site call it with a person’s cookies.');
		expect(code).toBe(1);
	});
});

describe('with a token response', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-doctor-'));
	});
	afterAll(() => rm(folder, { recursive: true, force: true }));

	async function measured(sizes: { access: number; id: number }) {
		const file = join(folder, 'tokens.json');
		const tokens = { access_token: 'a'.repeat(sizes.access), id_token: 'i'.repeat(sizes.id), refresh_token: 'r' };
		await writeFile(file, JSON.stringify(tokens));
		return consult({}, ['--tokens', file]);
	}

	test.each([
		['small tokens fit', { access: 1100, id: 1000 }, '✓ A session takes ', 0],
		['a large ID token is left out', { access: 1100, id: 3000 }, 'without the ID token, which is left out', 0],
		['a large access token is a fault', { access: 5000, id: 100 }, 'nobody can sign in', 1]
	])('%s', async (_name, sizes, line, wanted) => {
		const { code, said } = await measured(sizes);
		expect(said).toContain(line);
		expect(code).toBe(wanted);
	});

	test('that is not there, the doctor says so', async () => {
		const { code, said } = await consult({}, ['--tokens', join(folder, 'nothing.json')]);
		expect(said).toContain('✗ The file with the tokens can’t be read.');
		expect(code).toBe(1);
	});
});
