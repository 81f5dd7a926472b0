import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from './support/journeys.ts';
import { type OddBackend, startOddBackend } from './support/odd-backend.ts';

let landscape: Landscape;
let odd: OddBackend;
let person: Browser;
let visitor: Browser;

beforeAll(async () => {
	odd = await startOddBackend();
	const BACKENDS = JSON.stringify({ odd: { url: odd.url, token: 'user' } });
	landscape = await startLandscape({ runtime, env: { BACKENDS, REQUESTS_AT_ONCE: '1' } });
	person = new Browser(landscape.url);
	await signInAtInstitution(person);
});
afterAll(async () => {
	await landscape.stop();
	await odd.stop();
});
beforeEach(() => {
	visitor = new Browser(landscape.url);
});

const plain = (text = '') => text.replaceAll('&amp;', '&');

/** Where the buttons of a page and its language switch lead. */
function leads({ status, text }: Visit) {
	const buttons = [...text.matchAll(/class="button[^"]*" href="([^"]*)"/g)].map(([, href]) => plain(href));
	return { status, buttons, language: plain(/name="returnTo" value="([^"]*)"/.exec(text)?.[1]) };
}
const toHome = { status: 503, buttons: ['/', '/login'], language: '/' };

describe('the page of a portal that is busy', () => {
	let login: Visit;
	let help: Visit;
	let held: ServerResponse;
	let waiting: Promise<Visit>;
	beforeAll(async () => {
		const earlier = new Browser(landscape.url);
		login = await earlier.open('/login?returnTo=%2Fhelp');
		help = await earlier.open('/help');
		const arrival = odd.next();
		waiting = person.call('/api/backends/odd/silent');
		held = (await arrival).response;
	});
	afterAll(async () => {
		held.writeHead(204).end();
		await waiting;
	});

	test('leads back to the requested page, with its query, also after a new sign-in', async () => {
		const path = '/account/sessions?notice=one';
		expect(leads(await person.open(path))).toEqual({
			status: 503,
			buttons: [path, `/login/start?${new URLSearchParams({ provider: 'sts', returnTo: path })}`],
			language: path
		});
	});

	test('leads back to a callback, but not after a new sign-in, which gets a callback of its own', async () => {
		const path = '/api/auth/callback/sts?code=c&state=s';
		expect(leads(await person.open(path))).toEqual({
			status: 503,
			buttons: [path, `/login/start?${new URLSearchParams({ provider: 'sts', returnTo: '/account' })}`],
			language: path
		});
	});

	test('leads back to the page that has sent a form', async () => {
		const path = '/login?returnTo=%2Fhelp';
		const page = await visitor.submit(login, {}, '/login/wallet');
		expect(leads(page)).toEqual({ status: 503, buttons: [path, '/login'], language: path });
	});

	test('leads back to the page where a person has switched the language, and home if that is refused again', async () => {
		const page = await visitor.submit(help, { locale: 'nl' }, '/locale');
		expect(leads(page)).toEqual({ status: 503, buttons: ['/help', '/login'], language: '/help' });
		expect(leads(await visitor.submit(page, { locale: 'nl' }, '/locale'))).toEqual(toHome);
	});

	test.each([undefined, 'https://evil.example/login', '//evil.example/', 'nonsense:'])(
		'leads home after a form with the Referer %s',
		async (referer) => {
			const page = await visitor.open('/login/wallet?/start', { form: {}, ...(referer !== undefined && { referer }) });
			expect(leads(page)).toEqual(toHome);
		}
	);

	test('leads nowhere else if the request names another path', async () => {
		const page = await visitor.call('/help', { headers: { accept: 'text/html', 'x-path-of-page': '/evil' } });
		expect(leads(page)).toEqual({ status: 503, buttons: ['/help', '/login'], language: '/help' });
	});
});

test('no other page leads to a path that its request names', async () => {
	const headers = { accept: 'text/html', 'x-path-of-page': '/evil' };
	expect(leads(await visitor.call('/help', { headers }))).toMatchObject({ status: 200, language: '/help' });
	expect(leads(await visitor.call('/nowhere', { headers }))).toMatchObject({ status: 404, language: '/nowhere' });
});

test('the page of a form that is not valid has a language switch that leads back to the page before', async () => {
	const page = await visitor.submit(await visitor.open('/help'), { locale: 'xx' }, '/locale');
	expect(leads(page)).toMatchObject({ status: 400, language: '/help' });
	expect((await visitor.submit(page, { locale: 'nl' }, '/locale')).url.pathname).toBe('/help');
});
