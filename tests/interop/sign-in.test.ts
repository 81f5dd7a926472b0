import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { en } from '../../src/lib/i18n/index.ts';
import { Browser, headingOf, linkIn, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { parsed } from '../sandbox/parsed.ts';
import { type CaseKind, caseName, cases, type InteropCase, type Product } from './cases.ts';
import type { ForeignWallet } from './foreign-wallet.ts';
import { startIrmagoWallet } from './irmago-wallet.ts';
import { createOpenid4vcWallet } from './openid4vc-wallet.ts';
import { type Results, saveResults } from './results.ts';

const irmago = process.env.IRMAGO_WALLET;
const createWallet: Partial<Record<Product, () => Promise<ForeignWallet>>> = {
	openid4vc: createOpenid4vcWallet,
	...(irmago !== undefined && { irmago: () => startIrmagoWallet(irmago) })
};
const Issued = v.object({ credential: v.string() });

let landscape: Landscape;
let trustAnchor: string;
const results: Results = {};

beforeAll(async () => {
	landscape = await startLandscape({ runtime, sandboxOptions: { walletUrl: 'openid4vp://' } });
	trustAnchor = await (await fetch(`${landscape.sandbox.bridgeUrl}/issuer/ca.pem`)).text();
});
afterAll(async () => {
	saveResults(runtime, results);
	await landscape.stop();
});
beforeEach(() => {
	landscape.sandbox.reset();
	// Whose wallet it is, the Bridge sees by the credential: every wallet here has a new key.
	landscape.sandbox.scenario('match-by-subject');
});

interface Changes {
	nonce?: string;
	/** Happens between the issuance and the presentation. */
	beforePresentation?: (credential: string) => Promise<void>;
}

/** A person opens the portal's page, and shares the credential of a known student from a wallet that scans the code. */
async function share({ product, clientIdPrefix, responseMode }: InteropCase, changes: Changes = {}) {
	landscape.sandbox.configureVerifier({ clientIdPrefix, responseMode });
	const browser = new Browser(landscape.url);
	const page = await browser.submit(await browser.open('/login'), {}, '/login/wallet?/start');
	const link = linkIn(page, 'openid4vp://');
	const wallet = await createWallet[product]?.();
	if (wallet === undefined) throw new Error(`no wallet ${product}`);
	const { credential } = await control('/credentials', { person: 'known-student', jwk: wallet.jwk }, Issued);
	await changes.beforePresentation?.(credential);
	const { nonce } = changes;
	const result = await wallet.present({ link, credential, trustAnchor, ...(nonce !== undefined && { nonce }) });
	return { browser, result, errorCode: () => landscape.sandbox.sessionByLink(link)?.errorCode };
}

async function control<T extends v.GenericSchema>(path: string, body: unknown, schema: T): Promise<v.InferOutput<T>> {
	const response = await fetch(`${landscape.sandbox.controlUrl}${path}`, {
		method: 'POST',
		body: JSON.stringify(body)
	});
	expect(response.status).toBe(200);
	return parsed(response, schema);
}

async function revoke(credential: string): Promise<void> {
	const payload: unknown = JSON.parse(Buffer.from(credential.split('.')[1] ?? '', 'base64url').toString());
	const Status = v.object({ status: v.object({ status_list: v.object({ idx: v.number() }) }) });
	const { idx } = v.parse(Status, payload).status.status_list;
	await control(`/credentials/${idx}/status`, { status: 'revoked' }, v.object({}));
}

/** The page after the portal has read what became of the request. */
function openResult(browser: Browser) {
	const { scan, opened, checking } = en.wallet;
	const waiting = [scan, opened, checking].map(({ title }) => title);
	const open = async () => {
		const page = await browser.open('/login/wallet');
		expect(waiting).not.toContain(headingOf(page));
		return page;
	};
	return vi.waitFor(open, { timeout: 20_000, interval: 200 });
}

function expectAccount(page: Visit): void {
	expect([page.url.pathname, headingOf(page)]).toEqual(['/account', en.account.title]);
	expect(page.text).toContain('Sanne');
}

async function expectRefused(browser: Browser): Promise<void> {
	expect(headingOf(await openResult(browser))).toBe(en.wallet.ended.refused.title);
	expect((await browser.call('/api/auth/session')).text).toBe('null');
}

const runs: Readonly<Record<CaseKind, (one: InteropCase) => Promise<void>>> = {
	'signs-in': async (one) => {
		const { browser, result } = await share(one);
		expect(result.response).toBe('accepted');
		expectAccount(await openResult(browser));
	},
	links: async (one) => {
		landscape.sandbox.lift('match-by-subject');
		const { browser } = await share(one);
		const explained = await openResult(browser);
		expect(headingOf(explained)).toBe(en.identity.explain.title);
		const institution = await browser.submit(explained, {}, '/login/identity?/start');
		expectAccount(await browser.submit(institution, { decision: 'confirmed' }));
	},
	'verifies-credential': async (one) => {
		expect((await share(one)).result.credential).toBe('accepted');
	},
	'wrong-nonce': async (one) => {
		const { browser, result, errorCode } = await share(one, { nonce: 'of-another-request' });
		expect(result.response).toBe('refused');
		await expectRefused(browser);
		expect(errorCode()).toBe('wrong_nonce');
	},
	revoked: async (one) => {
		const { browser, result, errorCode } = await share(one, { beforePresentation: revoke });
		expect(result.response).toBe('refused');
		await expectRefused(browser);
		expect(errorCode()).toBe('credential_revoked');
	}
};

for (const one of cases.filter(({ product }) => createWallet[product] !== undefined)) {
	const name = caseName(one);
	test(name, async () => {
		results[name] = 'failed';
		await runs[one.kind](one);
		results[name] = 'passed';
	});
}
