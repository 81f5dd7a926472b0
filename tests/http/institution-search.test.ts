import { get, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { login as en } from '../../src/lib/i18n/en/public.ts';
import { login as nl } from '../../src/lib/i18n/nl/public.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';

const LENGTH = 3000;
const words = en.institution.search;

let landscape: Landscape;
let browser: Browser;
beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	// One institution of the list is switched off.
	landscape.sandbox.scenario('many-providers', { count: LENGTH + 1 });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	browser = new Browser(landscape.url);
});

const search = (query: string, page = '1') => browser.open(`/login?${new URLSearchParams({ q: query, page })}`);
const titleOf = ({ text }: Visit) => /<title>(.*?)<\/title>/s.exec(text)?.[1];
const headingOf = ({ text }: Visit) => /<h3 id="found"[^>]*>(.*?)<\/h3>/s.exec(text)?.[1];
/** The names in the list, in order; not the template for the script. */
function namesOf({ text }: Visit): string[] {
	const list = /<ul class="ways[^>]*>(.*?)<\/ul>/s.exec(text)?.[1] ?? '';
	return [...list.matchAll(/<a [^>]*>(.*?)<\/a>/gs)].map(([, name = '']) => name);
}

test('the login page lists no institutions of a long list before a search', async () => {
	const page = await browser.open('/login');
	expect(namesOf(page)).toEqual([]);
	expect(page.text).toContain(words.all('3,000'));
	expect(page.text.length).toBeLessThan(20_000);
});

test('every link to an institution supports right-to-left names, also in the template', async () => {
	const { text } = await search('zee');
	const links = [...text.matchAll(/<a [^>]*institution=[^>]*>/g)].map(([link]) => link);
	expect(links).toHaveLength(21);
	for (const link of links) expect(link).toContain('dir="auto"');
});

describe('without JavaScript', () => {
	test('a search shows the matches and their number in the heading and the title, and keeps the return path', async () => {
		const page = await browser.open('/login?returnTo=%2Fhelp&q=RUP');
		expect(namesOf(page)).toEqual(['University of Polder']);
		expect(headingOf(page)).toBe(words.found(1, '1'));
		expect(titleOf(page)).toMatch(new RegExp(`^${words.found(1, '1')} – ${en.title} – `));
		expect(linkIn(page, 'institution=rup')).toBe('/login/start?provider=sts&returnTo=%2Fhelp&institution=rup');
		expect(page.text).toContain('<input type="hidden" name="returnTo" value="/help"');
	});

	test.each([
		['its Dutch name', 'rijksuniversiteit polder'],
		['its English name', 'polder university'],
		['its abbreviation', 'rup'],
		['a keyword', 'alma mater']
	])('an institution is the first result in both languages for %s', async (_, query) => {
		const english = await search(query);
		expect(namesOf(english)[0]).toBe('University of Polder');
		const headers = { accept: 'text/html', 'accept-language': 'nl' };
		const dutch = await browser.call(`/login?q=${encodeURIComponent(query)}`, { headers });
		expect(namesOf(dutch)[0]).toBe('Rijksuniversiteit Polder');
		expect(titleOf(dutch)).toContain(nl.institution.search.found(1, '1'));
	});

	test('a search with many results shows the first ones, and links to the others page by page', async () => {
		const seen: string[] = [];
		let page = await search('zee');
		const count = Number(/^\d+/.exec(headingOf(page) ?? '')?.[0]);
		expect(count).toBe(600);
		expect(page.text).toContain(words.part('1', '20'));
		for (let turns = 1; turns <= 30; turns++) {
			seen.push(...namesOf(page));
			const next = /<a rel="next" href="([^"]+)"(?! hidden)/.exec(page.text)?.[1];
			if (next === undefined) break;
			page = await browser.open(next.replaceAll('&amp;', '&'));
		}
		expect(new Set(seen).size).toBe(count);
		expect(titleOf(page)).toContain(`600 institutions found, ${words.page('30')}`);
	});

	test('an empty search returns every institution', async () => {
		const page = await search('', '150');
		expect(headingOf(page)).toBe(`${words.found(LENGTH, '3,000')}, ${words.page('150')}`);
		expect(namesOf(page)).toHaveLength(20);
	});

	test('a search without results says so, and how to continue', async () => {
		const page = await search('Atlantis');
		expect([headingOf(page), namesOf(page)]).toEqual([words.found(0, ''), []]);
		expect(titleOf(page)).toContain(words.found(0, ''));
		expect(page.text).toContain(words.tryAgain);
	});
});

describe('a hostile search', () => {
	test.each([
		['a very long one', 'x'.repeat(6000)],
		['thousands of words', 'university of '.repeat(400)],
		['control characters', '\u0000\u0007\u001b[31m\u202epolder'],
		['a lone surrogate', '%ED%A0%80'],
		['a regular expression', '(a+)+$'],
		['HTML', '"><script>alert(1)</script><b>'],
		['a Svelte marker', '<!--]--></template></ul>']
	])('gets a page of ordinary size: %s', async (_, query) => {
		const page = await search(query);
		expect(page.status).toBe(200);
		expect(page.text.length).toBeLessThan(30_000);
		expect(namesOf(page).length).toBeLessThanOrEqual(20);
		expect(page.text).not.toMatch(/<script>alert|<b>|<!--\]--><\/template>/);
		// eslint-disable-next-line no-control-regex -- the page must not contain them
		expect(page.text).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
	});

	test.each(['0', '-1', '1e9', '99999999999999999999', 'x', '', '2.5'])(
		'with page "%s" gets a page that exists',
		async (number) => {
			const page = await search('', number);
			expect([page.status, namesOf(page).length]).toEqual([200, 20]);
		}
	);

	test('with repeated parameters is treated as one search', async () => {
		const page = await browser.open(`/login?${'q=zee&'.repeat(200)}page=2&page=3`);
		expect([page.status, namesOf(page).length]).toEqual([200, 20]);
	});
});

describe('the list for the script', () => {
	/** Reads it without decompressing it, as `fetch` would. */
	const read = (acceptEncoding?: string) =>
		new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
			const headers = acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding };
			const url = `http://127.0.0.1:${landscape.portal.port}/login/institutions?lang=nl`;
			get(url, { headers, agent: false }, (response) => {
				buffer(response).then((body) => resolve({ headers: response.headers, body }), reject);
			}).once('error', reject);
		});

	test.each([
		['nl', 'Rijksuniversiteit Polder', 'University of Polder'],
		['en', 'University of Polder', 'Rijksuniversiteit Polder']
	])(
		'has every institution in %s, prepared for the search with its other name and keywords',
		async (lang, name, also) => {
			const { status, headers, text } = await browser.call(`/login/institutions?lang=${lang}`);
			expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
				200,
				'application/json',
				'private, max-age=60'
			]);
			const list = JSON.parse(text) as string[][];
			expect(list).toHaveLength(LENGTH);
			const texts = [name, also, 'Klei', 'Alma Mater'].map((text) => `${text.toLowerCase()}\n`);
			const row = list.find(([id]) => id === 'rup');
			expect(row).toEqual(['rup', name, `\n${texts.join('')}`, expect.stringContaining('\nrup\n')]);
		}
	);

	test('is compressed for browsers that accept it', async () => {
		const plain = await read();
		const packed = await read('br;q=1, gzip;q=0.8');
		expect(packed.headers['content-encoding']).toBe('gzip');
		expect(packed.headers.etag).not.toBe(plain.headers.etag);
		expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
		expect(packed.body.length).toBeLessThan(plain.body.length / 3);
		for (const refused of ['gzip;q=0', 'br', 'gzip ; q=0.0, br', 'xgzip']) {
			const response = await read(refused);
			expect(response.headers['content-encoding']).toBeUndefined();
			expect(response.headers.etag).toBe(plain.headers.etag);
		}
	});

	test('gets a 304 response while it is unchanged', async () => {
		const { headers } = await browser.call('/login/institutions?lang=en');
		const etag = headers.get('etag') ?? '';
		const again = await browser.call('/login/institutions?lang=en', { headers: { 'if-none-match': etag } });
		expect([again.status, again.text]).toEqual([304, '']);
		const other = await browser.call('/login/institutions?lang=nl', { headers: { 'if-none-match': etag } });
		expect(other.status).toBe(200);
	});

	test('is in the visitor’s language if the query has no supported language', async () => {
		for (const query of ['', '?lang=xx', '?lang=%00', '?lang=__proto__']) {
			const response = await browser.call(`/login/institutions${query}`, { headers: { 'accept-language': 'nl' } });
			expect(response.text).toContain('["rup","Rijksuniversiteit Polder"');
		}
	});

	test('is refused to scripts of other sites, and does not accept POST', async () => {
		const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://other.example' };
		expect((await browser.call('/login/institutions', { headers })).status).toBe(403);
		expect((await browser.call('/login/institutions', { method: 'POST', body: 'x' })).status).toBe(405);
	});
});
