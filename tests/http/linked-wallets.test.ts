import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser, linkIn } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution, signInWithWallet } from './support/journeys.ts';

let landscape: Landscape;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

const removals = () => landscape.sandbox.count('bridge.remove-binding');

test('another person’s wallet can neither be seen nor unlinked by its address', async () => {
	const owner = new Browser(landscape.url);
	const address = linkIn(await signInAtInstitution(owner, 'known-student'), '/unlink');
	const other = new Browser(landscape.url);
	await signInAtInstitution(other, 'expired-binding');
	expect((await other.open(address)).status).toBe(404);
	expect((await other.open(address, { form: {} })).status).toBe(404);
	expect(removals()).toBe(0);

	expect((await owner.open(address, { form: {} })).url.pathname).toBe('/account');
	expect(removals()).toBe(1);
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

function lastUsedIn(page: string): string | undefined {
	return /Last used<\/dt>.*?<dd[^>]*>(?:<[^>]*>)*([^<]*)/s.exec(page)?.[1];
}
