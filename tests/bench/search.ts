import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import { ensureChromium } from '../tasks/chromium.mjs';
import { startLandscape } from '../harness/landscape.ts';
import type { Measure } from './figure.ts';
import { median } from './statistics.ts';

const SEARCHES = 9;
const INSTITUTIONS = 3000;

interface Search {
	/** The time of scripts from the focus on the field to the list for the first letter. */
	readonly firstMs: number;
	/** The same for the second letter. */
	readonly nextMs: number;
	/** The time from the first letter to the list on the page, with all work of the browser and the request for the list. */
	readonly untilListMs: number;
}

/** Script time of the institution search on `/login` with 3,000 institutions, each time with an empty browser cache. */
export const measureSearch: Measure = async (runtime) => {
	const landscape = await startLandscape({ runtime });
	// One institution of the list is disabled.
	landscape.sandbox.scenario('many-providers', { count: INSTITUTIONS + 1 });
	const browser = await chromium.launch({ executablePath: await ensureChromium() });
	try {
		const searches: Search[] = [];
		for (let search = 0; search < SEARCHES; search++)
			searches.push(await searchOnce(browser, `${landscape.url}/login`));
		const slowed = await searchOnce(browser, `${landscape.url}/login`, 4);
		const of = (what: keyof Search) => median(searches.map((search) => search[what]));
		const target = { atMost: 50 };
		return [
			{ what: `script until the first list, median of ${SEARCHES}`, value: of('firstMs'), unit: 'ms', target },
			{ what: 'the slowest of them', value: Math.max(...searches.map(({ firstMs }) => firstMs)), unit: 'ms' },
			{ what: 'script for the next letter', value: of('nextMs'), unit: 'ms', target },
			{ what: 'from the first letter to the list', value: of('untilListMs'), unit: 'ms' },
			{ what: 'script until the first list, processor 4 times slower', value: slowed.firstMs, unit: 'ms' }
		];
	} finally {
		await browser.close();
		await landscape.stop();
	}
};

async function searchOnce(browser: Browser, url: string, slowdown = 1): Promise<Search> {
	const openPage = async () => {
		const context = await browser.newContext();
		const page = await context.newPage();
		const devtools = await context.newCDPSession(page);
		await devtools.send('Performance.enable');
		await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
		await page.goto(url, { waitUntil: 'networkidle' });
		return { context, page, devtools };
	};
	const separate = await openPage();
	const preparationMs = await listMs(separate.page);
	await separate.context.close();
	const { context, page, devtools } = await openPage();
	const field = page.getByRole('searchbox');
	// This loads Playwright's script into the page before the measurement.
	await field.isVisible();
	const before = await scriptMs(devtools);
	// The list may be loaded before the first letter, because people take longer than that from the focus to the first letter.
	await field.focus();
	const firstList = await watchList(page);
	await page.keyboard.press('u');
	const untilListMs = await firstList();
	const first = await scriptMs(devtools);
	const nextList = await watchList(page);
	await page.keyboard.press('n');
	await nextList();
	const next = await scriptMs(devtools);
	await context.close();
	return { firstMs: first - before + preparationMs, nextMs: next - first, untilListMs };
}

/** Watches the list of results; the returned function resolves when it changes, with the milliseconds since the last input. */
async function watchList(page: Page): Promise<() => Promise<number>> {
	const watch = await page.evaluateHandle(() => {
		const list = document.querySelector('.results ul');
		if (!list) throw new Error('There is no list of results.');
		let inputMs = NaN;
		addEventListener('input', () => (inputMs = performance.now()), { capture: true, once: true });
		const changed = new Promise<number>((resolve) => {
			new MutationObserver(() => resolve(performance.now() - inputMs)).observe(list, { childList: true });
		});
		return { changed };
	});
	return () => watch.evaluate(({ changed }) => changed);
}

/** The time that the page's scripts have taken so far, without promise reactions. */
async function scriptMs(devtools: CDPSession): Promise<number> {
	const { metrics } = await devtools.send('Performance.getMetrics');
	return (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? NaN) * 1000;
}

/** A string, because the loader of this file would replace `import` in a function. */
const preparation = `(async () => {
	const { matcher, list } = document.querySelector('[data-institution-search]').dataset;
	const { entriesOf, findInstitutions } = await import(matcher);
	const text = await (await fetch(list)).text();
	const startMs = performance.now();
	findInstitutions(entriesOf(JSON.parse(text)), 'u');
	return performance.now() - startMs;
})()`;

/** The time to parse the list and to search for the first letter, in milliseconds. It runs in promise reactions, so it is measured separately, in a new page. */
function listMs(page: Page): Promise<number> {
	return page.evaluate<number>(preparation);
}
