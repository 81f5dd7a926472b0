import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from '@playwright/test';
import { freePort } from '../harness/free-port.ts';
import { runtime } from '../harness/runtime.ts';
import { startTied } from '../tasks/children.mjs';
import { denoBinary, root } from '../tasks/runtime.mjs';
import { expectHeading } from './support/steps.ts';
import { en } from './support/texts.ts';

const COPIED = [
	'package.json',
	'package-lock.json',
	'deno.json',
	'vite.config.ts',
	'svelte.config.js',
	'tsconfig.json',
	'src',
	'static',
	'tests'
];
const PORTS = ['PORT', 'SANDBOX_BRIDGE_PORT', 'SANDBOX_STS_PORT', 'SANDBOX_INSTITUTION_PORT', 'SANDBOX_CONTROL_PORT'];

interface Development {
	readonly url: string;
	/** Where the portal's sources are: a copy, for this test changes them. */
	readonly folder: string;
}

/** `npm run dev` in a copy of the repository, without a `.env`. */
const test = base.extend<{ development: Development }>({
	development: [
		async ({}, use) => {
			// Vite does not watch folders named test-results.
			const folder = await mkdtemp(join(tmpdir(), 'portal-dev-'));
			for (const name of COPIED)
				await cp(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true });
			await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
			const ports = await Promise.all(PORTS.map(async (name) => [name, String(await freePort())] as const));
			const program = runtime === 'deno' ? [denoBinary(), 'run', '-A'] : [process.execPath];
			const dev = startTied([...program, join(folder, 'tests', 'tasks', 'dev.mjs')], {
				cwd: folder,
				env: { ...process.env, ...Object.fromEntries(ports) },
				stdio: ['ignore', 'pipe', 'inherit']
			});
			const ended = new Promise((resolve) => dev.once('exit', resolve));
			try {
				let output = '';
				const ready = new Promise<void>((resolve) =>
					dev.stdout?.on('data', (chunk) => {
						output += String(chunk);
						if (output.includes('Ctrl-C stops everything')) resolve();
					})
				);
				await Promise.race([ready, ended]);
				expect(output).toContain('Ctrl-C stops everything');
				await use({ url: `http://localhost:${ports[0]?.[1]}`, folder });
			} finally {
				dev.kill('SIGTERM');
				await ended;
				await rm(folder, { recursive: true, force: true });
			}
		},
		{ timeout: 180_000 }
	]
});

test.setTimeout(300_000);
// Vite compiles a page when it is first asked for.
test.use({ navigationTimeout: 60_000 });

test(
	'npm run dev starts the portal with a sandbox, and updates pages without hydration after a change',
	{ tag: '@full' },
	async ({ page, development: { url, folder } }) => {
		await page.goto(`${url}/login`);
		await page.getByRole('button', { name: en.login.wallet.button }).click();
		await expect(page.getByRole('img', { name: en.wallet.scan.qrName })).toBeVisible({ timeout: 60_000 });

		const connected = page.waitForEvent('console', (message) => message.text().includes('[vite] connected'));
		await page.goto(`${url}/help`);
		await expectHeading(page, en.help.title);
		await connected;
		const texts = join(folder, 'src', 'lib', 'i18n', 'en', 'public.ts');
		await writeFile(
			texts,
			(await readFile(texts, 'utf8')).replace(`title: '${en.help.title}'`, "title: 'Changed help'")
		);
		await expect(page.getByRole('heading', { level: 1, name: 'Changed help' })).toBeVisible({ timeout: 60_000 });
	}
);
