import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { texts } from '../../src/lib/i18n/index.ts';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { sessionPath } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(async () => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

type Body = Readonly<Record<string, unknown>>;

async function create(): Promise<Body> {
	await browser.open('/login');
	const response = await browser.call('/api/wallet/sessions', { method: 'POST', json: {} });
	expect(response.status).toBe(201);
	return JSON.parse(response.text) as Body;
}
const statusOf = async (id: unknown) =>
	JSON.parse((await browser.call(sessionPath(String(id), 'status'))).text) as { readonly expiresInMs: number };
const codePage = async () => browser.submit(await browser.open('/login'), {}, '/login/wallet?/start');

test('a new wallet session returns the URL of the page that shows this browser’s code', async () => {
	const { qrPageUri } = await create();
	expect(qrPageUri).toBe(`${landscape.url}/login/wallet`);
	expect((await browser.open('/login/wallet')).text).toContain('<svg');
});

describe('the data requested from the wallet', () => {
	const label = { nl: 'voornaam', en: 'first name' };

	test('is named in the response of the API, with its labels', async () => {
		expect((await create()).requestedClaims).toContainEqual({ path: ['given_name'], label });
	});

	test.each([
		['nl', 'Deze gegevens vragen wij uit uw wallet: voornaam, achternaam, geboortedatum en eduID.'],
		['en', 'We ask for these details from your wallet: first name, last name, date of birth, and eduID.']
	])('is named on the page, also after a reload (%s)', async (language, sentence) => {
		browser.putCookie('portal.locale', language);
		for (const { text } of [await codePage(), await browser.open('/login/wallet')]) expect(text).toContain(sentence);
	});
});

describe('a Bridge whose clock is wrong', () => {
	test.each([360, 86_400])('by %i seconds still creates codes that are valid for five minutes', async (seconds) => {
		landscape.sandbox.scenario('bridge-clock-behind', { seconds });
		const { sessionId, expiresInMs } = await create();
		expect(expiresInMs).toBe(300_000);
		const first = (await statusOf(sessionId)).expiresInMs;
		expect(first).toBeGreaterThan(200_000);
		expect(first).toBeLessThanOrEqual(300_000);
		// If the Bridge shortens a session, the portal shortens it as well.
		landscape.sandbox.advance(String(sessionId), 200);
		const shortened = async () => (await statusOf(sessionId)).expiresInMs;
		await expect.poll(shortened, { timeout: 5000 }).toBeLessThanOrEqual(100_000);
		expect(await shortened()).toBeGreaterThan(0);
	});

	test('still results in a code with minutes left, on the rendered page and after a reload', async () => {
		landscape.sandbox.scenario('bridge-clock-behind', { seconds: 360 });
		expect((await codePage()).text).toContain('about 5 minutes left');
		expect((await browser.open('/login/wallet')).text).toMatch(/about [45] minutes left/);
	});
});

describe('a request URI that does not fit in a QR code', () => {
	beforeEach(() => landscape.sandbox.scenario('long-request-uri', { bytes: 3000 }));

	test('is returned to API callers unchanged, without a QR code, and its length is logged', async () => {
		const { requestUri, qrCodeDataUri } = await create();
		expect(qrCodeDataUri).toBeNull();
		expect(String(requestUri)).toHaveLength(3000);
		await expect.poll(() => landscape.portal.logs()).toMatch(/too long for a QR code.*"bytes":3000/);
	});

	test.each(['en', 'nl'] as const)(
		'is a link on the page, also after a reload and without scripts (%s)',
		async (language) => {
			const { titleHere, noCode } = texts(language).wallet.scan;
			browser.putCookie('portal.locale', language);
			const pages = [await codePage(), await browser.open('/login/wallet')];
			for (const { status, text } of pages) {
				expect(status).toBe(200);
				expect(text).toContain(titleHere);
				expect(text).toContain(noCode);
				expect(text).toMatch(/href="[^"]*\?client_id=[^"]+&amp;by-value=x{2000,}"/);
				expect(text).not.toContain('role="img"');
			}
		}
	);

	test.each([1200, 2000, 2900])('is longer than %i bytes, which still fit', async (bytes) => {
		landscape.sandbox.scenario('long-request-uri', { bytes });
		const { qrCodeDataUri } = await create();
		expect(qrCodeDataUri).toMatch(/^data:image\/svg\+xml;base64,/);
		expect((await codePage()).text).toContain('role="img"');
	});
});
