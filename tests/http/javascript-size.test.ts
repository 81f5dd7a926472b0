import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession } from './support/journeys.ts';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());

/**
 * The size in bytes of the JavaScript that a page loads, each file compressed with gzip: the files that it references, and
 * their imports.
 */
async function javaScriptBytes(browser: Browser, path: string): Promise<number> {
	const seen = new Map<string, number>();
	const queue = filesIn((await browser.open(path)).text, path, /["']((?:\.{0,2}\/)[^"'\s]+\.js)["']/g);
	for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
		if (seen.has(file)) continue;
		const { status, text } = await browser.call(file);
		expect([file, status]).toEqual([file, 200]);
		seen.set(file, gzipSync(text).length);
		// Modules of other pages are referenced too, but are only loaded by a navigation.
		queue.push(...filesIn(text, file, /\b(?:from|import)\s*["']([^"'\s]+\.js)["']/g));
	}
	return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function filesIn(text: string, base: string, name: RegExp): string[] {
	const named = [...text.matchAll(name)];
	return named.map(([, file = '']) => new URL(file, new URL(base, 'http://portal.invalid')).pathname);
}

test('the login page loads at most 10 kB of JavaScript, and the wallet page at most 36.1 kB', async () => {
	landscape.sandbox.configureVerifier({ dcApi: true });
	const browser = new Browser(landscape.url);
	expect(await javaScriptBytes(browser, '/login')).toBeLessThanOrEqual(10_000);
	await createWalletSession(browser);
	const wallet = await javaScriptBytes(browser, '/login/wallet');
	expect(wallet).toBeGreaterThan(10_000);
	// 33,500 bytes in version 1.0.0, 2 KiB for the Digital Credentials API, and Kit's list of the routes that were added since.
	expect(wallet).toBeLessThanOrEqual(33_500 + 2048 + 512);
});
