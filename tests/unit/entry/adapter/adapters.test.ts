import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Builder } from '@sveltejs/kit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { denoAdapter, nodeAdapter, versionName } from '../../../../src/entry/adapter/adapters.js';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'portal-version-'));
	writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3"}');
	mkdirSync(join(folder, 'src/lib'), { recursive: true });
	writeFileSync(join(folder, 'src/lib/a.ts'), 'a');
	writeFileSync(join(folder, 'src/b.ts'), 'b');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a version name starts with the version of the package', () => {
	expect(versionName(folder)).toMatch(/^1\.2\.3-[\da-f]{12}$/);
});

test('the same sources have the same version name in another folder and at another time', () => {
	const copy = `${folder}-copy`;
	cpSync(folder, copy, { recursive: true });
	utimesSync(join(copy, 'src/b.ts'), 0, 0);
	const names = [versionName(folder), versionName(copy)];
	rmSync(copy, { recursive: true });
	expect(names[0]).toBe(names[1]);
});

test.each([
	['a source that has changed', () => writeFileSync(join(folder, 'src/b.ts'), 'c')],
	['a source that was added', () => writeFileSync(join(folder, 'src/c.ts'), '')],
	[
		'a source that was moved',
		() => {
			rmSync(join(folder, 'src/b.ts'));
			writeFileSync(join(folder, 'src/lib/b.ts'), 'b');
		}
	],
	['another dependency', () => writeFileSync(join(folder, 'package-lock.json'), '{}')]
])('%s changes the version name', (_, change) => {
	const before = versionName(folder);
	change();
	expect(versionName(folder)).not.toBe(before);
});

test('tests do not change the version name', () => {
	const before = versionName(folder);
	mkdirSync(join(folder, 'tests'));
	writeFileSync(join(folder, 'tests/a.test.ts'), '');
	expect(versionName(folder)).toBe(before);
});

test.each(['node', 'deno'])('the build for %s uses the version name', async (adapter) => {
	vi.stubEnv('ADAPTER', adapter);
	vi.resetModules();
	const { default: config } = (await import('../../../../svelte.config.js')) as unknown as {
		default: { kit: { version: { name?: string } } };
	};
	vi.unstubAllEnvs();
	expect(config.kit.version.name).toBe(versionName());
});

test.each([
	['Node', nodeAdapter],
	['Deno', denoAdapter]
])('the adapter for %s refuses a route that prerenders', async (_, adapter) => {
	const builder = { prerendered: { paths: ['/help'] } } as unknown as Builder;
	await expect(adapter(folder).adapt(builder)).rejects.toThrow('/help');
});
