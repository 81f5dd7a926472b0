import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AlteringProxy, startAlteringProxy } from '../harness/proxy.ts';
import { diagnose, healthyEnvironment, runDoctor } from '../harness/doctor.ts';
import { freePort } from '../harness/free-port.ts';
import { makeAuthority, type Authority } from '../harness/certificate.ts';
import { type Nginx, startNginx } from '../harness/nginx.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';

let landscape: Landscape;
let folder: string;
let file: string;
beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	folder = await mkdtemp(join(tmpdir(), 'portal-doctor-'));
	file = join(folder, 'tokens.json');
});
afterAll(async () => {
	await landscape.stop();
	await rm(folder, { recursive: true, force: true });
});

/** A text of about this length that cannot be compressed. */
const opaque = (length: number) =>
	randomBytes(Math.ceil(length * 0.75))
		.toString('base64url')
		.slice(0, length);
const environment = () => healthyEnvironment(landscape.sandbox, landscape.url);

async function saveTokens(sizes: { readonly access: number; readonly id?: number }) {
	const tokens = { access_token: opaque(sizes.access), id_token: opaque(sizes.id ?? 10), refresh_token: opaque(20) };
	await writeFile(file, JSON.stringify(tokens));
	return tokens;
}

describe('with a token response', () => {
	test('small tokens are reported as good, and are not printed', async () => {
		const tokens = await saveTokens({ access: 800 });
		const { bad, find, text } = await diagnose(environment(), ['--tokens', file]);
		expect(bad).toEqual([]);
		expect(find('session.size')).toMatch(/^good: /);
		expect(find('session.head')).toMatch(/^good: /);
		expect(text).not.toContain(tokens.access_token);
	});

	test('an encrypted ID token is reported', async () => {
		const encrypted = [1, 2, 3, 4, 5].map(() => opaque(20)).join('.');
		await writeFile(file, JSON.stringify({ access_token: opaque(800), id_token: encrypted }));
		const { code, find, text } = await diagnose(environment(), ['--tokens', file]);
		expect(find('session.id-token')).toMatch(/^wrong: .*encrypts the ID token.*people can’t sign in/);
		expect(text).not.toContain(encrypted);
		expect(code).toBe(1);
	});

	test('an ID token without a name is reported, and one with a name is not', async () => {
		const found = async (claims: object) => {
			const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
			const idToken = `${part({ alg: 'none' })}.${part({ sub: 'subject-1', ...claims })}.`;
			await writeFile(file, JSON.stringify({ access_token: opaque(800), id_token: idToken }));
			return (await diagnose(environment(), ['--tokens', file])).find('session.claims');
		};
		expect(await found({})).toMatch(/^good: .*userinfo endpoint/);
		expect(await found({ name: 'Sanne' })).toBeUndefined();
	});

	test('a byte order mark and null tokens are accepted, as the portal accepts them', async () => {
		await writeFile(file, `\uFEFF${JSON.stringify({ access_token: opaque(800), id_token: null, refresh_token: '' })}`);
		expect((await diagnose(environment(), ['--tokens', file])).bad).toEqual([]);
	});

	test('the response can be read from standard input', async () => {
		await saveTokens({ access: 800 });
		expect((await diagnose(environment(), ['--tokens', '-'], file)).find('session.size')).toMatch(/^good: /);
	});

	test('a response head of more than 4,000 bytes is reported as a warning, with the nginx setting', async () => {
		await saveTokens({ access: 3000 });
		const { code, bad, find } = await diagnose(environment(), ['--tokens', file]);
		expect({ code, bad }).toEqual({ code: 0, bad: ['session.head'] });
		expect(find('session.head')).toMatch(/^warning: .* head of 4\d{3} bytes.*proxy_buffer_size/);
	});

	test('tokens that are too large for cookies are reported', async () => {
		await saveTokens({ access: 7000 });
		const { code, find } = await diagnose(environment(), ['--tokens', file]);
		expect(find('session.size')).toMatch(/^wrong: .*people can’t sign in/);
		expect(code).toBe(1);
	});

	test.each([
		['that does not exist', () => join(folder, 'nothing.json'), ''],
		['that is not a token response', () => file, '{"token":"x"}'],
		['that is not JSON', () => file, 'swordfish']
	])('a file %s is reported', async (_name, name, content) => {
		await writeFile(file, content);
		const { code, find, text } = await diagnose(environment(), ['--tokens', name()]);
		expect(find('session')).toMatch(/^wrong: The token response \(--tokens\) can’t be read/);
		expect(text).not.toContain('swordfish');
		expect(code).toBe(1);
	});
});

describe('the proxy in front', () => {
	let nginx: Nginx;
	let authority: Authority;
	let front: AlteringProxy;
	let url: string;
	beforeAll(async () => {
		const port = await freePort();
		authority = await makeAuthority();
		url = `https://localhost:${port}`;
		nginx = await startNginx({ port, portalPort: landscape.portal.port, certificate: await authority.issue() });
		front = await startAlteringProxy(landscape.portal.url);
	});
	afterAll(() => Promise.all([nginx.stop(), front.stop(), authority.remove()]));

	beforeEach(() => front.alter(null));

	const trusting = () => ({
		...environment(),
		NODE_EXTRA_CA_CERTS: authority.file,
		AUTH_TRUST_HOST: 'true',
		HOST: '127.0.0.1'
	});

	test('is reported as good: nginx with its defaults', async () => {
		const { bad, find } = await diagnose(trusting(), ['--proxy', url]);
		// The portal itself is configured without the proxy.
		expect(bad).toEqual(['proxy.origin']);
		for (const check of ['proxy', 'proxy.request-head', 'proxy.response-head']) expect(find(check)).toMatch(/^good: /);
	});

	test('is reported if it refuses the response head of large tokens: nginx with its defaults', async () => {
		await saveTokens({ access: 3000 });
		const { code, find } = await diagnose(trusting(), ['--proxy', url, '--tokens', file]);
		expect(find('proxy.response-head')).toMatch(
			/^wrong: .* heads of 4\d{3} bytes \(status 502\).*proxy_buffer_size 16k/
		);
		expect(code).toBe(1);
	});

	test('is reported if it refuses large request heads', async () => {
		front.alter((response) => {
			if (response.requestHeaders.cookie !== undefined) response.status = 400;
		});
		const { find } = await diagnose(environment(), ['--proxy', front.url]);
		expect(find('proxy.request-head')).toMatch(
			/^wrong: .*7000 bytes of cookies \(status 400\).*large_client_header_buffers/
		);
	});

	test('is reported with the settings that do not fit it', async () => {
		const { code, bad } = await diagnose(environment(), ['--proxy', front.url]);
		expect({ code, bad }).toEqual({ code: 0, bad: ['proxy.origin', 'proxy.forwarded'] });
	});

	test('is reported with the address that it redirects to', async () => {
		front.alter((response) => {
			response.status = 301;
			response.headers.location = 'https://portal.example/api/health';
		});
		const { code, find } = await diagnose(environment(), ['--proxy', front.url]);
		expect(find('proxy')).toMatch(
			/^wrong: .* redirects to https:\/\/portal\.example \(status 301\).* --proxy https:\/\/portal\.example\.$/
		);
		expect(code).toBe(1);
	});

	test('is reported if it does not forward to the portal', async () => {
		const { code, find } = await diagnose(environment(), ['--proxy', landscape.sandbox.institutionUrl]);
		expect(find('proxy')).toMatch(/^wrong: .*is not the portal \(status 404\)/);
		expect(code).toBe(1);
	});

	test('is reported if it cannot be reached', async () => {
		const { text } = await runDoctor(environment(), ['--proxy', `http://127.0.0.1:${await freePort()}`]);
		expect(text).toMatch(/✗ The portal can’t be reached at .*the connection was refused/);
	});
});
