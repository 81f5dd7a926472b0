/** `npm run setup`: packages and a browser, where they are missing. */
import process from 'node:process';
import { ensureChromium } from './chromium.mjs';
import { ensurePackages } from './packages.mjs';

try {
	await ensurePackages();
	console.log(`Packages are installed. Chromium: ${await ensureChromium()}`);
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
