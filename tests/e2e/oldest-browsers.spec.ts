import { expect } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectHeading, expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';
import { WalletSignIn } from './support/wallet-sign-in.ts';

/** What at least one of Safari 16.4, Firefox 115 and Chrome 109 lacks, by the path of its name. */
const newerFeatures = [
	'AbortSignal.any',
	'Array.fromAsync',
	'Array.prototype.toReversed',
	'Array.prototype.toSorted',
	'Array.prototype.toSpliced',
	'Array.prototype.with',
	'ClipboardItem',
	'CloseWatcher',
	'CookieStore',
	'Document.prototype.startViewTransition',
	'Element.prototype.checkVisibility',
	'Element.prototype.getHTML',
	'Element.prototype.moveBefore',
	'Element.prototype.setHTMLUnsafe',
	'HTMLElement.prototype.showPopover',
	'Headers.prototype.getSetCookie',
	'Intl.DurationFormat',
	'Intl.Segmenter',
	'Iterator',
	'Map.groupBy',
	'Navigation',
	'Object.groupBy',
	'Promise.try',
	'Promise.withResolvers',
	'ReadableStream.from',
	'Response.json',
	'Scheduler',
	'Set.prototype.difference',
	'Set.prototype.intersection',
	'Set.prototype.isSubsetOf',
	'Set.prototype.union',
	'String.prototype.isWellFormed',
	'URL.canParse',
	'URL.parse',
	'URLPattern',
	'cookieStore',
	'navigation',
	'requestIdleCallback',
	'scheduler',
	'trustedTypes'
];

/** Features of which each of these browsers has all; an older browser lacks some. */
const olderFeatures = ['AbortSignal.timeout', 'Array.prototype.findLast', 'BroadcastChannel', 'CompressionStream'];

/** Takes features away before a page's own scripts run. */
function remove(paths: readonly string[]): void {
	for (const path of paths) {
		const names = path.split('.');
		const name = names.pop() ?? '';
		const owner = names.reduce<unknown>((value, part) => Reflect.get(Object(value) as object, part), globalThis);
		if (owner !== undefined) Reflect.deleteProperty(Object(owner) as object, name);
	}
}

test(
	'in a browser without newer features, the complete wallet sign-in continues automatically',
	{ tag: '@full' },
	async ({ page, context, wallet, sandbox }) => {
		await context.addInitScript(remove, newerFeatures);
		await wallet.start();
		expect(await page.evaluate(() => 'any' in AbortSignal)).toBe(false);
		await wallet.open();
		await expectHeading(page, en.wallet.opened.title);
		sandbox.scenario('review-never');
		await wallet.share('unknown-employee');
		await expectHeading(page, en.identity.confirm.title);
		await page.getByRole('button', { name: en.identity.confirm.button }).click();
		await expectHeading(page, en.identity.review.title);
		sandbox.review(wallet.sessionId, 'approve');
		await expectSignedIn(page, 'Fatima El Amrani', 'sts-wallet');

		const other = await context.newPage();
		await other.goto('/account', { waitUntil: 'networkidle' });
		await page.getByRole('button', { name: en.site.signOut }).click();
		await expectHeading(other, en.login.title);
	}
);

for (const feature of olderFeatures) {
	test(
		`a browser without ${feature} receives pages without scripts, which work`,
		{ tag: '@full' },
		async ({ page, context, sandbox }) => {
			await context.addInitScript(remove, [feature]);
			const statuses: string[] = [];
			context.on('request', (request) => {
				if (/\/(status|events)(\?|$)/.test(request.url())) statuses.push(request.url());
			});
			const wallet = new WalletSignIn(page, sandbox, false);
			await wallet.start();
			await wallet.open();
			await expectHeading(page, en.wallet.opened.title);
			await wallet.share('known-student');
			await expectSignedIn(page, 'Sanne de Vries', 'sts-wallet');
			expect(statuses).toEqual([]);
		}
	);
}
