import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

const build = new URL(`../../build/${runtime}`, import.meta.url).pathname;

test('the portal has no state gallery: its addresses do not exist, and no file of the build speaks of it', async () => {
	const portal = await startPortal({ runtime, env: bareEnvironment });
	const statuses = await Promise.all(
		['/gallery', '/gallery/en/login', '/gallery/nl/error/fault'].map(
			async (path) => (await fetch(portal.url + path)).status
		)
	);
	await portal.stop();
	expect(statuses).toEqual([404, 404, 404]);

	const files = readdirSync(build, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	expect(files.length).toBeGreaterThan(20);
	const speaking = files
		.map(({ parentPath, name }) => join(parentPath, name))
		.filter((file) => /gallery/i.test(file.slice(build.length)) || /gallery/i.test(readFileSync(file, 'utf8')));
	expect(speaking).toEqual([]);
});
