import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { portalCommand, root } from '../tasks/runtime.mjs';

/** The text that the broken pages throw; no response may contain it. */
const SECRET = 'swordfish at line 42';
const THROW = `(() => { throw new Error(${JSON.stringify(SECRET)}); })()`;
/** Faults in a copy of the build: the layout of all pages throws for one page, and another page throws itself. */
const FAULTS = [
	['|| pagePath(url, isFormAction)', `|| (url.pathname === '/help' ? ${THROW} : pagePath(url, isFormAction))`],
	['const { privacyPage } = config().brand', `const { privacyPage } = ${THROW}`]
] as const;

let folder: string;
let landscape: Landscape;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'broken-build-'));
	await cp(join(root, 'build', runtime), folder, { recursive: true });
	await breakPages(join(folder, 'server', 'chunks'));
	const [program, ...args] = portalCommand(runtime);
	landscape = await startLandscape({ runtime, command: [program, ...args.slice(0, -1), join(folder, 'start.js')] });
});
afterAll(async () => {
	await landscape.stop();
	await rm(folder, { recursive: true, force: true });
});

async function breakPages(chunks: string): Promise<void> {
	const names = (await readdir(chunks)).filter((name) => name.endsWith('.js'));
	const broken = new Set<string>();
	for (const name of names) {
		const text = await readFile(join(chunks, name), 'utf8');
		const changed = FAULTS.reduce((code, [good, bad]) => code.replace(good, () => bad), text);
		for (const [good] of FAULTS) if (text.includes(good)) broken.add(good);
		if (changed !== text) await writeFile(join(chunks, name), changed);
	}
	if (broken.size < FAULTS.length) throw new Error('The build has changed: look for what to break in it.');
}

/** The error lines in the log with a help code. */
const errorsUnder = (code: string) =>
	landscape.portal
		.logs()
		.split('\n')
		.filter((line) => line.includes(`"requestId":"${code}"`) && line.includes('"unexpected error"'));

const codesIn = ({ text }: Visit) => [...text.matchAll(/<strong[^>]*>([^<]*)<\/strong>/g)].map(([, code = '']) => code);

test.each([
	['a page that throws', '/privacy', 'an error page'],
	['the layout of all pages, when it throws', '/help', 'the last resort']
])('%s results in a page with the help code from the log (%s: %s)', async (_, path) => {
	const page = await new Browser(landscape.url).open(path);
	expect(page.status).toBe(500);
	expect(page.headers.get('content-type')).toMatch(/^text\/html/);
	const codes = new Set(codesIn(page));
	expect(codes.size).toBe(1);
	const [code = ''] = codes;
	expect(code).toMatch(/^[\da-f]{12}$/);
	// A log line may arrive shortly after its response.
	await expect.poll(() => errorsUnder(code), { timeout: 10_000 }).toEqual([expect.stringContaining(SECRET)]);
	expect(page.text).not.toContain('swordfish');
});

test('the last-resort page is in English and Dutch, links to the home page, and has the headers of all pages', async () => {
	const { text, headers } = await new Browser(landscape.url).open('/help');
	for (const words of ['lang="en"', 'Something went wrong', 'Help code', 'lang="nl"', 'Er ging iets mis', 'Hulpcode'])
		expect(text).toContain(words);
	expect(text).toContain('<a href="/">');
	expect(text).not.toContain('%sveltekit');
	expect(headers.get('x-content-type-options')).toBe('nosniff');
	expect(headers.get('cache-control')).toContain('no-store');
});

test('a script that requests a broken page gets the help code, but not the text of the error', async () => {
	const { status, text } = await new Browser(landscape.url).call('/help');
	expect(status).toBe(500);
	expect(text).not.toContain('swordfish');
	const [code = ''] = /[\da-f]{12}/.exec(text) ?? [];
	await expect.poll(() => errorsUnder(code), { timeout: 10_000 }).toHaveLength(1);
});

test('other pages are served', async () => {
	expect((await new Browser(landscape.url).open('/login')).status).toBe(200);
});
