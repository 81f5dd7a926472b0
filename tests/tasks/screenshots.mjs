/**
 * `npm run screenshots`: takes the pictures of the main pages again, from the real build with its sandbox, and one of
 * each state of the gallery.
 */
import process from 'node:process';
import { ensureBuilt, ensureGalleryBuilt } from './build.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensurePackages } from './packages.mjs';
import { programCommand, run } from './runtime.mjs';

try {
	await ensurePackages();
	await ensureBuilt(['node']);
	await ensureGalleryBuilt();
	const env = { ...process.env, CHROMIUM_PATH: await ensureChromium(), RUNTIME: 'node' };
	process.exitCode = await run(
		programCommand('playwright', ['test', '--config', 'tests/screenshots/playwright.config.ts', '--reporter=list']),
		{ env }
	);
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
