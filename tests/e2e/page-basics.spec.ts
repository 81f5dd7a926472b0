import { expect, type Page } from '@playwright/test';
import { type Texts, texts } from '../../src/lib/i18n/index.ts';
import { test } from './support/journey.ts';
import { readClipped, readFocus, readSmallTargets } from './support/measure.ts';
import { en, nl } from './support/texts.ts';

/** What every page owes everybody, looked at on a few pages; the gallery looks at every state of all of them. */
const pages = ['/', '/login?error=access_denied', '/accessibility', '/nowhere'];

test.use({ expectsFaults: true, locale: 'nl-NL' });

/** Each of the pages, and last the one with a code. */
async function* visited(page: Page): AsyncGenerator<string> {
	for (const path of pages) {
		await page.goto(path);
		yield path;
	}
	await page.goto('/login');
	await page.getByRole('button', { name: nl.login.wallet.button }).click();
	await expect(page.getByRole('heading', { level: 1, name: nl.wallet.scan.title })).toBeVisible();
	yield 'the code';
}

/** All texts of a dictionary by where they stand; those with parts to fill in are functions, and left out. */
function textsOf(part: unknown, path = ''): [string, string][] {
	if (typeof part === 'string') return [[path, part]];
	if (typeof part !== 'object' || part === null) return [];
	return Object.entries(part).flatMap(([name, inner]) => textsOf(inner, `${path}.${name}`));
}

/** English texts that are other ones in Dutch, and no Dutch text anywhere. */
function onlyEnglish(): ReadonlySet<string> {
	const dutch = new Set(textsOf(nl satisfies Texts).map(([, text]) => text));
	return new Set(textsOf(en).flatMap(([, text]) => (dutch.has(text) ? [] : [text])));
}

/** What a page says, in the language of the page: its texts, names and hints, one by one. */
function saidOn(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const all = [...document.querySelectorAll('*')].filter((one) => !one.closest('script, style, [lang]:not(html)'));
		const attributes = ['aria-label', 'aria-description', 'placeholder', 'title', 'alt'];
		const named = all.flatMap((one) => attributes.flatMap((name) => one.getAttribute(name) ?? []));
		const own = all.flatMap((one) => [...one.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE));
		const whole = [...document.querySelectorAll('h1, h2, h3, p, a, button, label, li, dt')].filter(
			(one) => !one.closest('[lang]:not(html)')
		);
		return [...named, ...[...own, ...whole].map(({ textContent }) => textContent ?? '')].map((text) =>
			text.trim().replaceAll(/\s+/g, ' ')
		);
	});
}

test('a Dutch page has no English text, name or hint, and no unfilled placeholder', async ({ page }) => {
	const english = onlyEnglish();
	const found: string[] = [];
	let announced = 0;
	for await (const name of visited(page)) {
		for (const text of await saidOn(page)) {
			announced++;
			const isUnfilled = /\{\w*\}|\$\{|undefined|\[object|\bNaN\b|%\w+%|\bTODO\b|lorem ipsum/i.test(text);
			if (english.has(text) || isUnfilled) found.push(`${name}: ${text}`);
		}
		expect(await page.locator('html').getAttribute('lang')).toBe('nl');
	}
	expect(announced).toBeGreaterThan(200);
	expect(found).toEqual([]);
});

test('the code has an accessible name that states its purpose, in the language of the page', async ({ page }) => {
	for await (const name of visited(page)) if (name !== 'the code') continue;
	for (const locale of ['nl', 'en'] as const) {
		await page.locator(`header button[value=${locale}]`).click();
		const { scan } = texts(locale).wallet;
		await expect(page.getByRole('heading', { level: 1, name: scan.title })).toBeVisible();
		const images = page.locator('[role=img]');
		await expect(images).toHaveCount(1);
		await expect(images).toHaveAccessibleName(scan.qrName);
		expect(scan.qrName).toContain(scan.open);
	}
});

test('nothing overflows at 320 px, and every target is large enough', async ({ page }) => {
	await page.setViewportSize({ width: 320, height: 640 });
	const found: string[] = [];
	for await (const name of visited(page)) {
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		if (width > 320) found.push(`${name}: ${width} px`);
		found.push(...(await readClipped(page)).map((part) => `${name}, clipped: ${part}`));
		found.push(...(await readSmallTargets(page)).map((target) => `${name}, small: ${target}`));
	}
	expect(found).toEqual([]);
});

test('every tab stop has a visible focus indicator', async ({ page }) => {
	const found: string[] = [];
	for await (const name of visited(page)) {
		let stops = 0;
		for (; stops < 60; stops++) {
			await page.keyboard.press('Tab');
			const focus = await readFocus(page);
			if (focus === null) break;
			const { ringPx, contrast, isCovered, isInView } = focus;
			if (ringPx < 2 || contrast < 3 || isCovered || !isInView) found.push(`${name}: ${JSON.stringify(focus)}`);
		}
		if (stops < 4) found.push(`${name}: ${stops} stops`);
	}
	expect(found).toEqual([]);
});

test('the first tab stop is visible, and skips the header', async ({ page }) => {
	for (const path of ['/', '/help']) {
		await page.goto(path);
		await page.keyboard.press('Tab');
		const skip = page.getByRole('link', { name: nl.site.skip });
		await expect(skip).toBeFocused();
		await expect(skip).toBeInViewport();
		await page.keyboard.press('Enter');
		await page.keyboard.press('Tab');
		await expect(page.locator(':focus')).toHaveCount(1);
		await expect(page.locator('header :focus, .skip-link:focus')).toHaveCount(0);
	}
});

test('a new code that is refused to the script is requested with the form instead', async ({ page }) => {
	const scripted = page.waitForRequest(/\/events/);
	for await (const name of visited(page)) if (name !== 'the code') continue;
	await scripted;
	const link = page.getByRole('link', { name: nl.wallet.scan.open });
	const before = (await link.getAttribute('href')) ?? '';
	const posts: string[] = [];
	await page.route('**/login/wallet?/start', async (route) => {
		const isByScript = route.request().headers()['x-sveltekit-action'] === 'true';
		posts.push(isByScript ? 'script' : 'form');
		const refused = { json: { type: 'failure', status: 409, data: '[]' } };
		await (isByScript ? route.fulfill(refused) : route.continue());
	});
	await page.getByRole('button', { name: nl.wallet.scan.newCode }).click();
	await expect(link).not.toHaveAttribute('href', before);
	await expect(page.getByRole('heading', { level: 1, name: nl.wallet.scan.title })).toBeVisible();
	expect(posts).toEqual(['script', 'form']);
});

const darkLogo =
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0h40v20H0z" fill="#111"/></svg>';
const logo = `data:image/svg+xml;base64,${Buffer.from(darkLogo).toString('base64')}`;

for (const { what, env, plate } of [
	{ what: 'has a light plate', env: { BRAND_LOGO: logo }, plate: 'rgb(255, 255, 255)' },
	{ what: 'with a dark variant has none', env: { BRAND_LOGO: logo, BRAND_LOGO_DARK: logo }, plate: 'rgba(0, 0, 0, 0)' }
]) {
	test.describe('the institution’s logo', { tag: '@full' }, () => {
		test.use({ env });

		test(`(a11y 27) ${what} in dark mode, and none in light mode`, async ({ page }) => {
			await page.goto('/help');
			const image = page.locator('header img');
			await page.emulateMedia({ colorScheme: 'dark' });
			await expect(image).toHaveCSS('background-color', plate);
			await page.emulateMedia({ colorScheme: 'light' });
			await expect(image).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)');
		});
	});
}
