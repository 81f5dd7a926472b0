import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../../src/lib/i18n/index.ts';
import { freePort } from '../harness/free-port.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { type AlteringProxy, type PassingResponse, startAlteringProxy } from '../harness/proxy.ts';
import { runtime } from '../harness/runtime.ts';
import { tokenSecrets } from '../http/support/leaks.ts';
import { root } from '../tasks/runtime.mjs';
import type { Engine, EngineOptions } from './engine.ts';
import { Visitor } from './visitor.ts';

type Journey = (title: string, walk: (visitor: Visitor) => Promise<void>) => void;

/** Defines the main journeys as tests in one engine, with the portal behind a proxy that ends TLS. */
export function describeJourneys(name: string, startEngine: (options: EngineOptions) => Promise<Engine>): void {
	let landscape: Landscape;
	let sts: AlteringProxy;
	const issued: PassingResponse[] = [];

	beforeAll(async () => {
		// WebKit applies the portal's Strict-Transport-Security to every port of localhost.
		const [stsPort, institutionPort] = [await freePort(), await freePort()];
		const sandboxOptions = {
			stsPort,
			stsPublicUrl: `http://127.0.0.1:${stsPort}`,
			institutionPort,
			walletUrl: `http://127.0.0.1:${institutionPort}/wallet`
		};
		landscape = await startLandscape({
			runtime,
			tls: true,
			sandboxOptions,
			env: async ({ stsUrl }) => {
				sts = await startAlteringProxy(stsUrl);
				sts.alter((response) => issued.push({ ...response }));
				return { STS_INTERNAL_URL: sts.url };
			}
		});
	});
	afterAll(async () => {
		await landscape.stop();
		await sts.stop();
	});
	beforeEach(() => {
		landscape.sandbox.reset();
		issued.length = 0;
	});

	describe.each([
		{ title: 'with JavaScript', javaScript: true, define: [atInstitution, withKnownWallet, withScripts] },
		{ title: 'without JavaScript', javaScript: false, define: [scriptsAreOff, atInstitution, withKnownWallet] }
	])('$title', ({ javaScript, define }) => {
		let engine: Engine;
		beforeAll(async () => {
			engine = await startEngine({ javaScript });
		});
		afterAll(() => engine.stop());

		const journey: Journey = (title, walk) =>
			test(title, async () => {
				const window = await engine.openWindow();
				const { url: portalUrl, sandbox } = landscape;
				const tokens = () => issued.flatMap(tokenSecrets);
				try {
					await walk(new Visitor(window, { portalUrl, sandbox, javaScript, tokens }));
					expect(window.faults()).toEqual([]);
				} catch (error) {
					await window.saveScreenshot(pictureOf(`${name} ${title}`));
					throw error;
				} finally {
					await window.close();
				}
			});
		for (const each of define) each(journey);
	});
}

function scriptsAreOff(journey: Journey): void {
	journey('a page can run no script', (visitor) => visitor.expectNoScripts());
}

function atInstitution(journey: Journey): void {
	journey('a person signs in at the institution, and signs out there and here', async (visitor) => {
		await visitor.open('/account');
		await visitor.expectPage(en.login.title);
		await visitor.click('link', 'Universiteit Noord');
		await visitor.click('button', 'Sanne de Vries');
		await visitor.expectSignedIn('Sanne de Vries', 'sts');
		await visitor.signOut();
	});
}

function withKnownWallet(journey: Journey): void {
	journey('a person with a known wallet scans, shares, is signed in, and signs out', async (visitor) => {
		await visitor.startWallet();
		await visitor.openWallet();
		await visitor.expectPage(en.wallet.opened.title);
		await visitor.share('known-student');
		await visitor.expectSignedIn('Sanne de Vries', 'sts-wallet');
		await visitor.signOut();
	});
}

function withScripts(journey: Journey): void {
	journey('an unknown wallet is linked by a visit to the institution, once', async (visitor) => {
		await visitor.startWallet();
		await visitor.share('unknown-student');
		await visitor.expectPage(en.identity.explain.title);
		await visitor.click('button', en.identity.explain.button);
		await visitor.click('button', 'Confirm');
		await visitor.expectSignedIn('Daan Bakker', 'sts-wallet');
		await visitor.signOut();

		await visitor.startWallet();
		await visitor.share('unknown-student');
		await visitor.expectSignedIn('Daan Bakker', 'sts-wallet');
	});

	journey('an unknown wallet is linked by confirming on our own page', async (visitor) => {
		await visitor.startWallet();
		await visitor.share('unknown-employee');
		await visitor.expectPage(en.identity.confirm.title);
		await visitor.click('button', en.identity.confirm.button);
		await visitor.expectSignedIn('Fatima El Amrani', 'sts-wallet');
	});

	journey('a person declines in the wallet, and signs in with a new code', async (visitor) => {
		await visitor.startWallet();
		await visitor.decline();
		await visitor.expectPage(en.wallet.ended.declined.title);
		await visitor.click('button', en.wallet.scan.newCode);
		await visitor.expectCode();
		await visitor.share('known-student');
		await visitor.expectSignedIn('Sanne de Vries', 'sts-wallet');
	});

	journey('a wallet on this device shares on its own page and leads back to the portal', async (visitor) => {
		await visitor.startWallet();
		await visitor.click('link', en.wallet.scan.open);
		await visitor.click('radio', 'Known student – Sanne de Vries');
		await visitor.click('button', 'Share');
		await visitor.expectSignedIn('Sanne de Vries', 'sts-wallet');
	});
}

/** Where a picture of a failed test is saved. */
function pictureOf(title: string): `${string}.png` {
	const folder = join(root, 'test-results', `browsers-${runtime}`);
	mkdirSync(folder, { recursive: true });
	return `${folder}/${title.replaceAll(/[^\w]+/g, '-')}.png`;
}
