import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { Browser, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type AlteringProxy, type PassingResponse, startAlteringProxy } from '../harness/proxy.ts';
import { runtime } from '../harness/runtime.ts';
import { claimsOf } from '../sandbox/identity.ts';
import { personById, type PersonId } from '../sandbox/people.ts';
import { everyPath } from './support/every-route.ts';
import { sessionPath, sharedWalletSession, signInAtInstitution } from './support/journeys.ts';
import { claimSecrets, leaksIn, secret, tokenSecrets } from './support/leaks.ts';

const NOBODY = '0'.repeat(32);
const ON_IDENTITY_PAGE = ['given_name', 'family_name', 'name', 'birthdate'];
const IN_SESSION_VIEW = ['given_name', 'family_name', 'name', 'email', 'eduid', 'federated_subject'].concat(
	'eduperson_principal_name'
);
const ALL_CLAIMS = [...new Set([...ON_IDENTITY_PAGE, ...IN_SESSION_VIEW, 'eduperson_scoped_affiliation'])];

/** Enough to visit every address many times, on a busy machine too. */
const CRAWL_LIMIT_MS = 180_000;

describe.each(['field', 'doc'] as const)('with a Bridge in the %s dialect', (dialect) => {
	let landscape: Landscape;
	let sts: AlteringProxy;
	/** What the STS was sent, and what it returned. */
	const recorded: PassingResponse[] = [];
	/** All browsers with everything that they received, and the person who used each. */
	const journeys: { person: PersonId | null; browser: Browser }[] = [];

	beforeAll(async () => {
		landscape = await startLandscape({
			runtime,
			dialect,
			env: async ({ stsUrl }) => {
				sts = await startAlteringProxy(stsUrl);
				sts.alter((response) => recorded.push({ ...response }));
				return { WALLET_QUERY_ID: 'eduid', STS_INTERNAL_URL: sts.url, LOG_LEVEL: 'debug' };
			}
		});

		await Promise.all([stranger(), atInstitution(), byWallet('unknown-student')]);
		// The crawl at the institution ends all other sign-ins of its person.
		await byWallet('known-student');
		await Promise.all([byWallet('unknown-employee'), byWallet('several-candidates'), throughFaults()]);
	}, CRAWL_LIMIT_MS);
	afterAll(async () => {
		await landscape.stop();
		await sts.stop();
	});

	const begin = (person: PersonId | null) => {
		const browser = new Browser(landscape.url);
		journeys.push({ person, browser });
		return browser;
	};

	async function crawl(browser: Browser, id: string, posts = false): Promise<void> {
		const paths = everyPath({ walletSession: id, wallet: 'x' }).filter((path) => path !== '/api/auth/signout');
		for (const path of paths) await browser.open(path, { follow: false });
		for (const path of posts ? [...paths, '/login/wallet?/start', '/login/identity?/confirm'] : []) {
			await browser.call(path, { method: 'POST' });
			await browser.open(path, { form: { locale: 'en' }, follow: false });
		}
	}

	async function stranger(): Promise<void> {
		await crawl(begin(null), NOBODY, true);
	}

	async function atInstitution(): Promise<void> {
		const browser = begin('known-student');
		await signInAtInstitution(browser);
		await crawl(browser, await sharedWalletSession(browser, landscape.sandbox, 'known-student'), true);
		await browser.open('/api/auth/signout', { form: {} });
		await crawl(browser, NOBODY);
	}

	async function byWallet(person: PersonId): Promise<void> {
		const browser = begin(person);
		const id = await sharedWalletSession(browser, landscape.sandbox, person);
		await crawl(browser, id);
		await browser.call(sessionPath(id, 'complete'), { method: 'POST' });
		await crawl(browser, id);
		await goOn(browser, await browser.open('/login/wallet'));
		await crawl(browser, id, true);
		await browser.open('/api/auth/signout', { form: {} });
		await crawl(browser, id);
	}

	/** Submits the page's forms until a person is signed in. */
	async function goOn(browser: Browser, page: Visit): Promise<void> {
		const choice = page.text.includes('value="candidate-2"') ? { candidateId: 'candidate-2' } : {};
		const action = ['/login/identity?/confirm', '/login/identity?/start'].find((known) => page.text.includes(known));
		if (action === undefined) return;
		const next = await browser.submit(page, choice, action);
		if (next.url.pathname === '/idv') await browser.submit(next, { decision: 'confirmed' });
	}

	async function throughFaults(): Promise<void> {
		const browser = begin('expired-binding');
		await browser.open(`/api/auth/callback/sts?code=${'c'.repeat(43)}&state=${'s'.repeat(43)}&error_description=d`);
		await browser.open(`/login?wallet_session=${NOBODY}&idv=complete&returnTo=%2Fhelp`);
		const id = await sharedWalletSession(browser, landscape.sandbox, 'expired-binding');
		landscape.sandbox.expire(id);
		await crawl(browser, id, true);
	}

	const visits = () => journeys.flatMap(({ browser }) => browser.visits);
	const secrets = () => recorded.flatMap(tokenSecrets);

	test('the crawl signed everybody in and visited every route', () => {
		const signedIn = journeys.map(({ browser }) => browser.visits.some(isAccountPage));
		expect(signedIn).toEqual(journeys.map(({ person }) => person !== null && person !== 'expired-binding'));
		expect(secrets().length).toBeGreaterThanOrEqual(20);
		const seen = new Set(visits().map(({ url }) => url.pathname));
		expect(everyPath({ walletSession: NOBODY, wallet: 'x' }).filter((path) => !seen.has(path))).toEqual([]);
	});

	test('the leak check detects a token in plain and in encoded text', () => {
		const [visit] = visits();
		const token = 'an-access-token-of-32-characters';
		const hidden = ['x', token, encodeURIComponent(`=${token}`), Buffer.from(`{"t":"${token}"}`).toString('base64url')];
		const made = hidden.map((text) => ({ ...visit, text, headers: new Headers(), url: new URL('/', landscape.url) }));
		expect(made.map((each) => leaksIn([each as Visit], [secret('it', token)]).length)).toEqual([0, 1, 1, 1]);
	});

	test('no response to a browser contains a token, a verifier or a secret of the portal', () => {
		const own = ['STS_CLIENT_SECRET', 'AUTH_SECRET'].map((name) => secret(name, landscape.env[name] ?? ''));
		expect(leaksIn(visits(), [...own, ...secrets()])).toEqual([]);
	});

	test('before sign-in, no response contains wallet claims, except for the fields on the page that confirms them', () => {
		const leaks = journeys.flatMap(({ person, browser }) => {
			const until = browser.visits.findIndex(isAccountPage);
			const before = until < 0 ? browser.visits : browser.visits.slice(0, until);
			return person === null ? [] : leaksIn(before, claimSecrets(person, ALL_CLAIMS));
		});
		const fields = new RegExp(`'s (?:${ON_IDENTITY_PAGE.join('|')}) in (?:GET|POST) /login/identity(?:/view)?$`);
		const labels = /several-candidates's (?:given_name|family_name|name) in GET \S+\/idv\/status$/;
		expect(leaks).toContain("several-candidates's family_name in GET /login/identity");
		expect(leaks.filter((leak) => !fields.test(leak) && !labels.test(leak))).toEqual([]);
	});

	test('after sign-in, no response contains wallet claims that are not in the session view', () => {
		const hidden = ALL_CLAIMS.filter((claim) => !IN_SESSION_VIEW.includes(claim));
		const leaks = journeys.flatMap(({ person, browser }) => {
			const from = browser.visits.findIndex(isAccountPage);
			return person === null || from < 0 ? [] : leaksIn(browser.visits.slice(from), claimSecrets(person, hidden));
		});
		expect(leaks).toEqual([]);
	});

	test('the log is one JSON object per line', () => {
		const lines = landscape.portal.logs().trim().split('\n');
		expect(lines.length).toBeGreaterThan(20);
		expect(lines.filter((line) => !v.is(v.pipe(v.string(), v.parseJson(), v.object({})), line))).toEqual([]);
	});

	test('the log has no token, cookie, session id, claim or query string', () => {
		const logs = landscape.portal.logs();
		const cookies = visits().flatMap(({ headers }) =>
			headers.getSetCookie().map((line) => /=([^;]{16,})/.exec(line)?.[1])
		);
		const ids = visits().flatMap(({ url }) => /[\da-f-]{32,36}/.exec(url.pathname) ?? []);
		const people = journeys.flatMap(({ person }) => person ?? []);
		const values = people.flatMap((person) => Object.values(claimsOf(personById(person))).flat());
		const texts = [...cookies, ...ids, ...values].filter((text): text is string => typeof text === 'string');
		expect([...new Set(texts)].filter((text) => text.length > 5 && logs.includes(text))).toEqual([]);
		expect(secrets().filter(([, pattern]) => pattern.test(logs))).toEqual([]);
		expect(logs).not.toMatch(/[?&](?:code|state|returnTo|wallet_session|request_uri|error_description)=|c{43}|s{43}/);
	});
});

const isAccountPage = ({ status, url }: Visit) => status === 200 && url.pathname === '/account';
