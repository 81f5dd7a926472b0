import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../../../src/lib/server/config/parse';
import { permissionFlags } from '../../../../src/entry/deno/permissions';
import { denoBinary } from '../../../tasks/runtime.mjs';

const environment = {
	AUTH_URL: 'https://portal.example',
	AUTH_SECRET: 'a-secret-of-exactly-32-character',
	STS_ISSUER_URL: 'https://sts.example/realms/edu',
	STS_INTERNAL_URL: 'http://sts:8080',
	STS_CLIENT_ID: 'portal',
	STS_CLIENT_SECRET: 'secret',
	AUTH_BRIDGE_URL: 'http://bridge'
};
const flags = (more: Record<string, string> = {}) =>
	permissionFlags(parseConfig({ ...environment, ...more }), '/srv/p');

/** Deno's own interpretation of the flags: whether files may be read and written, as `granted` or not. */
function statesOf(flags: readonly string[], files: readonly string[]): string[] {
	const program = `for (const path of ${JSON.stringify(files)}) for (const name of ['read', 'write'])
		console.log(Deno.permissions.querySync({ name, path }).state);`;
	const output = execFileSync(denoBinary(), ['run', ...flags, '-'], { input: program, encoding: 'utf8' });
	return output.trim().split('\n');
}

test('allows network access to the listening address, the STS and the Bridge, each with its port', () => {
	expect(flags({ HOST: '127.0.0.1', PORT: '8080' })).toContain(
		'--allow-net=127.0.0.1:8080,sts.example:443,sts:8080,bridge:80'
	);
});

test('allows listening on the metrics port', () => {
	expect(flags({ METRICS_PORT: '9464' }).join(' ')).toContain(
		'--allow-net=0.0.0.0:3000,127.0.0.1:9464,sts.example:443,'
	);
});

test('allows network access to each backend', () => {
	const BACKENDS = JSON.stringify({
		one: { url: 'https://one.example/api', token: 'user' },
		two: { url: 'http://two:8081', token: 'none' }
	});
	expect(flags({ BACKENDS }).join(' ')).toContain(',bridge:80,one.example:443,two:8081 ');
});

test('puts an IPv6 listening address in brackets', () => {
	expect(flags({ HOST: '::1' }).join(' ')).toContain('--allow-net=[::1]:3000,');
	expect(flags({ HOST: '[::1]' }).join(' ')).toContain('--allow-net=[::1]:3000,');
});

test("allows reading the build's folders only, and no writing, subprocesses or remote modules", () => {
	expect(flags()).toContain('--allow-read=/srv/p/client,/srv/p/server');
	expect(flags().join(' ')).not.toMatch(/allow-(all|write|run|sys|ffi|import)|-A/);
	expect(flags()).toEqual(expect.arrayContaining(['--no-prompt', '--no-remote', '--cached-only']));
});

test('sets no V8 flags, which other versions of Deno may not support', () => {
	expect(flags().join(' ')).not.toContain('v8-flags');
});

test('allows network access to Redis, on its default port unless another one is set', () => {
	expect(flags({ REDIS_URL: 'redis://redis' }).join(' ')).toContain(',redis:6379 ');
	expect(flags({ REDIS_URL: 'rediss://:secret@redis:6380' }).join(' ')).toContain(',redis:6380 ');
});

test('allows reading and writing the Deno KV file, and no other writing', () => {
	expect(flags({ DENO_KV: '/var/portal.kv' })).toEqual(
		expect.arrayContaining([
			'--unstable-kv',
			'--allow-read=/srv/p/client,/srv/p/server,/var/portal.kv',
			'--allow-write=/var/portal.kv'
		])
	);
	expect(flags({ DENO_KV: 'default' })).toContain('--unstable-kv');
	expect(flags({ DENO_KV: 'default' }).join(' ')).not.toContain('--allow-write');
});

test('allows a file whose path has a comma, and not the two paths beside the comma', () => {
	const granted = permissionFlags(parseConfig({ ...environment, DENO_KV: '/data/kv,/etc' }), '/srv/p,/opt');
	expect(statesOf(granted, ['/data/kv,/etc', '/data/kv', '/etc'])).toEqual([
		...['granted', 'granted'],
		...['prompt', 'prompt'],
		...['prompt', 'prompt']
	]);
	expect(statesOf(granted, ['/srv/p,/opt/server', '/opt/server'])).toEqual(['granted', 'prompt', 'prompt', 'prompt']);
});

test('never takes a comma in a host for a second host', () => {
	const granted = permissionFlags(parseConfig(environment), '/srv/p', ['https://keys.example,other.example']);
	expect(granted.join(' ')).toContain(',keys.example,,other.example:443,');
});

test('allows network access to the STS hosts from STS_HOSTS and from discovery', () => {
	const config = parseConfig({ ...environment, STS_HOSTS: 'keys.example, [2001:db8::1]:8443 tokens.example:444' });
	const endpoints = ['https://sts.example/token', 'http://jwks.example/keys', 'https://[2001:db8::2]/revoke'];
	const net = permissionFlags(config, '/srv/p', endpoints).find((flag) => flag.startsWith('--allow-net='));
	expect(net).toBe(
		'--allow-net=0.0.0.0:3000,sts.example:443,sts:8080,keys.example:443,[2001:db8::1]:8443,tokens.example:444,' +
			'jwks.example:80,[2001:db8::2]:443,bridge:80'
	);
});

test('allows network access to proxies', () => {
	const proxies = { HTTPS_PROXY: 'http://user:secret@proxy.example:3128', http_proxy: 'plain.example:8080' };
	expect(flags(proxies).join(' ')).toContain(',bridge:80,proxy.example:3128,plain.example:8080 ');
	expect(flags(proxies).join(' ')).not.toContain('secret');
});

test('allows reading the files that contain secrets, and no other files', () => {
	const folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
	const file = join(folder, 'client-secret');
	writeFileSync(file, 'secret');
	const { STS_CLIENT_SECRET: _, ...others } = environment;
	const granted = permissionFlags(parseConfig({ ...others, STS_CLIENT_SECRET_FILE: file }), '/srv/p');
	rmSync(folder, { recursive: true });
	expect(granted).toContain(`--allow-read=/srv/p/client,/srv/p/server,${file}`);
});
