import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let signedIn: Browser;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	signedIn = new Browser(landscape.url);
	await signInAtInstitution(signedIn);
});
afterAll(() => landscape.stop());
beforeEach(() => {
	browser = new Browser(landscape.url);
});

const hostile = [
	'//evil.example/',
	'/\\evil.example',
	'\\\\evil.example',
	'https://evil.example/',
	'https:/evil.example',
	'javascript:alert(1)',
	'data:text/html,x',
	'/\t/evil.example',
	'/a\r\nset-cookie: evil=1',
	'/.//evil.example',
	'blob:http://evil.example/x',
	'http://localhost@evil.example/'
];
const good = ['/help', '/account?notice=unlinked', '/account/wallets/x/unlink', '/help#content'];

/** Paths of more than 512 characters: as given, or once the URL parser has encoded them. */
const long = [`/help?x=${'x'.repeat(505)}`, `/${'x'.repeat(3000)}`, `/help?x=${'é'.repeat(100)}`];

describe('the login page, opened by a signed-in person', () => {
	const goal = async (wanted: string) => {
		const query = new URLSearchParams({ returnTo: wanted });
		return (await signedIn.open(`/login?${query}`, { follow: false })).headers.get('location');
	};
	test.each(hostile)('redirects to the home page instead of %j', async (wanted) =>
		expect(await goal(wanted)).toBe('/')
	);
	test.each(long)('redirects to the account page instead of a path longer than 512 characters', async (wanted) =>
		expect(await goal(wanted)).toBe('/account')
	);
	test.each(good)('redirects to %s', async (wanted) => expect(await goal(wanted)).toBe(wanted));
});

/** Every place that accepts a return path, and the page at which the person then arrives. */
const entrances: readonly (readonly [string, (wanted: string) => Promise<Visit>])[] = [
	[
		'the links of the login page',
		async (wanted) => {
			const login = await browser.open(`/login?${new URLSearchParams({ returnTo: wanted })}`);
			return signIn(await browser.open(linkIn(login, 'institution=uni-noord')));
		}
	],
	[
		'/login/start',
		async (wanted) => {
			await browser.open('/login');
			return signIn(await browser.open(`/login/start?${new URLSearchParams({ provider: 'sts', returnTo: wanted })}`));
		}
	],
	[
		'POST /api/auth/signin/sts',
		async (wanted) => {
			await browser.open('/login');
			return signIn(await browser.open('/api/auth/signin/sts', { form: { callbackUrl: wanted } }));
		}
	],
	[
		'GET /api/auth/signin',
		async (wanted) => {
			const login = await browser.open(`/api/auth/signin?${new URLSearchParams({ callbackUrl: wanted })}`);
			return signIn(await browser.open(linkIn(login, 'institution=uni-noord')));
		}
	],
	[
		'the wallet form',
		async (wanted) => {
			await browser.open('/login');
			await browser.open('/login/wallet?/start', { form: { returnTo: wanted }, follow: false });
			const [name = ''] = [...browser.cookies().keys()].filter((cookie) => cookie.startsWith('portal.wallet.'));
			await landscape.sandbox.share(name.slice('portal.wallet.'.length), 'known-student');
			return browser.open('/login/wallet');
		}
	],
	[
		'the language switch',
		async (wanted) => {
			await browser.open('/login');
			return browser.open('/locale', { form: { locale: 'en', returnTo: wanted } });
		}
	]
];

const signIn = (institution: Visit) => browser.submit(institution, { person: 'known-student' });

describe.each(entrances)('a return path given to %s', (_, enter) => {
	test.each(['//evil.example/', '/\\evil.example', 'javascript:alert(1)'])(
		'is replaced by the home page if it is %s',
		async (wanted) => {
			const end = await enter(wanted);
			expect(end.url.href).toBe(`${landscape.url}/`);
			expect(JSON.stringify(landscape.sandbox.authorizations())).not.toContain('evil');
		}
	);

	test('is replaced by the account page if it is longer than 512 characters, and is not in any cookie or URL', async () => {
		const wanted = `/help?${'long'.repeat(480)}`;
		const visits = browser.visits.length;
		expect((await enter(wanted)).url.pathname).toMatch(/^\/(?:account|login)$/);
		const made = browser.visits.slice(visits).flatMap(({ headers }) => [...headers].map(([, value]) => value));
		const others = made.filter((value) => !value.startsWith('portal.session='));
		expect(others.filter((value) => value.length > 1500)).toEqual([]);
	});

	test('is followed if it is a path of the portal', async () => {
		expect((await enter('/help?from=here')).url.href).toBe(`${landscape.url}/help?from=here`);
	});
});

test('a sign-in without a return path ends on the account page', async () => {
	expect((await signInAtInstitution(browser)).url.pathname).toBe('/account');
});

test('a person who is redirected to sign in returns to the page they requested', async () => {
	const login = await browser.open('/account?notice=unlinked');
	const institution = await browser.open(linkIn(login, 'institution=uni-noord'));
	expect((await signIn(institution)).url.href).toBe(`${landscape.url}/account?notice=unlinked`);
});

test('the language switch keeps the return path on a page that reports that no code could be created', async () => {
	const login = await browser.open('/login?returnTo=%2Faccount%2Fsessions');
	landscape.sandbox.scenario('bridge-down');
	const failed = await browser.submit(login, {}, '/login/wallet?/start');
	landscape.sandbox.lift('bridge-down');
	expect(failed.status).toBe(502);
	const dutch = await browser.submit(failed, { locale: 'nl' }, '/locale');
	expect(dutch).toMatchObject({ status: 200, url: { pathname: '/login/wallet' } });
	expect(dutch.text).toContain('lang="nl"');
	expect(dutch.text).toContain('name="returnTo" value="/account/sessions"');
});
