import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { en } from '../../src/lib/i18n/index.ts';
import { Browser, headingOf, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type AlteringProxy, startAlteringProxy } from '../harness/proxy.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution, signInWithWallet } from './support/journeys.ts';
import { altered } from './support/odd-responses.ts';

let landscape: Landscape;
let bridge: AlteringProxy;

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		env: async (sandbox) => {
			bridge = await startAlteringProxy(sandbox.bridgeUrl);
			return { AUTH_BRIDGE_URL: bridge.url };
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	await bridge.stop();
});
beforeEach(() => {
	landscape.sandbox.reset();
	bridge.alter(null);
});

const UNLINKED = [303, '/account?notice=unlinked'];
const removals = () => landscape.sandbox.count('bridge.remove-binding');

test('another person’s wallet can neither be seen nor unlinked by its address', async () => {
	const owner = new Browser(landscape.url);
	const address = linkIn(await signInAtInstitution(owner, 'known-student'), '/unlink');
	const other = new Browser(landscape.url);
	await signInAtInstitution(other, 'expired-binding');
	expect((await other.open(address)).status).toBe(404);
	// The same response as for a wallet that does not exist.
	const responses = await Promise.all(
		[address, '/account/wallets/none/unlink'].map((path) => other.open(path, { form: {}, follow: false }))
	);
	expect(responses.map(({ status, headers }) => [status, headers.get('location')])).toEqual(Array(2).fill(UNLINKED));
	expect(removals()).toBe(0);

	expect((await owner.open(address, { form: {} })).url.pathname).toBe('/account');
	expect(removals()).toBe(1);
});

test('a repeated unlinking leads to the same page, and the wallet is unlinked once', async () => {
	const owner = new Browser(landscape.url);
	const account = await signInAtInstitution(owner, 'known-student');
	const address = linkIn(account, '/unlink');
	const press = () => owner.open(address, { form: {} });
	for (const page of [await press(), await press()]) {
		expect([page.status, page.url.pathname + page.url.search]).toEqual([200, UNLINKED[1]]);
		expect(page.text).toContain(en.account.unlinkedNotice);
		expect(page.text).not.toContain(address);
	}
	expect(removals()).toBe(1);
	expect((await owner.open(address)).status).toBe(404);
});

test('a wallet cannot be unlinked from another site’s page', async () => {
	const owner = new Browser(landscape.url);
	const address = linkIn(await signInAtInstitution(owner, 'known-student'), '/unlink');
	expect((await owner.open(address, { form: {}, from: landscape.sandbox.institutionUrl })).status).toBe(403);
	expect(removals()).toBe(0);
});

test('the account page shows when a wallet was last used, and nothing before its first use', async () => {
	const owner = new Browser(landscape.url);
	const before = await signInAtInstitution(owner, 'known-student');
	expect(before.text).toContain('Linked on');
	expect(before.text).not.toContain('Last used');
	const after = await signInWithWallet(new Browser(landscape.url), landscape.sandbox);
	expect(lastUsedIn(after.text)).toMatch(/^\d{1,2} \w+ \d{4}/);
});

test('the page that unlinks one of two wallets names it as the list does', async () => {
	const twoAlike = ['b1', 'b2'].map((id) => ({ id, institutionId: 'universiteit-noord' }));
	bridge.alter(altered([[/bindings/, () => twoAlike]]));
	const owner = new Browser(landscape.url);
	const account = await signInAtInstitution(owner, 'known-student');
	expect(account.text).toContain(en.account.wallets.unlink(2));
	const page = await owner.open(linkIn(account, '/wallets/b2/unlink'));
	expect(headingOf(page)).toBe('Unlink wallet 2?');
	expect(page.text).toContain('<title>Unlink wallet 2? – ');
});

function lastUsedIn(page: string): string | undefined {
	return /Last used<\/dt>.*?<dd[^>]*>(?:<[^>]*>)*([^<]*)/s.exec(page)?.[1];
}
