import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { account } from '../../src/lib/i18n/en/account.ts';
import { Browser, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution, signInWithWallet } from './support/journeys.ts';

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

const wordsOf = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

/** What a page says to everybody, and what it says under "Technical details for the help desk". */
function partsOf({ text }: Visit): { readonly page: string; readonly details: string } {
	const [, main = ''] = /<main[^>]*>(.*)<\/main>/s.exec(text) ?? [];
	const [all = '', details = ''] = /<details[^>]*>(.*?)<\/details>/s.exec(main) ?? [];
	return { page: wordsOf(main.replace(all, '')), details: wordsOf(details) };
}

/** Ids, URNs, addresses and host names, except that of an e-mail address. */
const technical =
	/\burn:|https?:|(?<![\w@.-])[\w-]+\.example\b|\b[\da-f]{16,}\b|\b[\da-f]{8}-|eduid-wallet|\bhwk\b|\bpwd\b/;

test('after a wallet sign-in, the page shows readable names, and the values are in the technical details', async () => {
	const { page, details } = partsOf(await signInWithWallet(browser, landscape.sandbox));
	expect(page).toContain('Universiteit Noord');
	expect(page).toContain(account.session.meansOf.wallet);
	expect(page).not.toMatch(technical);
	expect(details).toMatch(/urn:collab:person:uni-noord\.example:known-student.*eduid-wallet/);
	expect(details).toContain('https://refeds.org/profile/');
});

test('the page that unlinks a wallet names the institution, and has the values in the technical details', async () => {
	const { page, details } = partsOf(await browser.open(linkIn(await signInAtInstitution(browser), '/unlink')));
	expect(page).toContain('Universiteit Noord');
	expect(page).not.toMatch(technical);
	expect(details).toContain('eduid-wallet');
});

test('a level, a method or an institution without a known name appears only in the technical details', async () => {
	const claims = {
		acr: 'urn:example:loa:7',
		amr: ['urn:example:method'],
		institution_id: 'unlisted-1',
		schac_home_organization: 'unlisted.example'
	};
	landscape.sandbox.scenario('id-token', { claims });
	const { page, details } = partsOf(await signInAtInstitution(browser));
	expect(page).not.toMatch(technical);
	expect(page).not.toContain('unlisted');
	for (const term of [account.session.level, account.session.means]) expect(page).not.toContain(term);
	expect(details).toContain('urn:example:loa:7');
	expect(details).toContain('urn:example:method');
	expect(details).toContain('unlisted.example');
});
