import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { root } from '../../tasks/runtime.mjs';

const compose = readFileSync(join(root, 'compose.yaml'), 'utf8');

/** The lines of one service. */
function service(name: string): string {
	const [, text = ''] = new RegExp(`^ {2}${name}:\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(compose) ?? [];
	return text;
}

function environmentOf(name: string): Record<string, string> {
	const [, lines = ''] = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(service(name)) ?? [];
	const pairs = [...lines.matchAll(/^ +(\w+): (.*)$/gm)].map(([, variable = '', value = '']) => [variable, value]);
	return Object.fromEntries(pairs) as Record<string, string>;
}

test('Valkey starts as its own user, because its entrypoint cannot switch from root without capabilities', () => {
	const valkey = service('valkey');
	expect(valkey).toContain('cap_drop: [ALL]');
	expect(valkey).toContain('read_only: true');
	expect(valkey).toMatch(/^ {4}user: valkey$/m);
});

test.each(['portal', 'valkey', 'sandbox'])('%s has no capabilities and cannot gain new privileges', (name) => {
	expect(service(name)).toContain('cap_drop: [ALL]');
	expect(service(name)).toContain("security_opt: ['no-new-privileges:true']");
});

test('only the portal, the STS and the institution are published, and only to this machine', () => {
	const published = [...compose.matchAll(/^ {6}- '([\d.:]+)'$/gm)].map(([, ports]) => ports);
	expect(published).toEqual(['127.0.0.1:3000:3000', '127.0.0.1:8092:8092', '127.0.0.1:8093:8093']);
});

test('the settings of the portal are valid, and accept the tokens of docs/api.md', () => {
	const config = parseConfig({ ...environmentOf('portal'), AUTH_SECRET: 'kX2wq8Zr5mN1vB7tY4cE9sLhJ3dF6gPa0uQi' });
	expect(config.api.audience).toBe(`${config.origin}/api`);
	const guide = readFileSync(join(root, 'docs/api.md'), 'utf8');
	expect(guide).toContain(`resource=${config.api.audience}`);
	expect(guide).toContain(`${environmentOf('sandbox').SANDBOX_STS_PUBLIC_URL}/token`);
});
