import puppeteer, { type ElementHandle, type Page } from 'puppeteer-core';
import { tie } from '../tasks/children.mjs';
import type { Engine, EngineOptions, EngineWindow, FoundElement, Role } from './engine.ts';

/** Starts Firefox without a screen; FIREFOX_PATH names its program. */
export async function startFirefox({ javaScript }: EngineOptions): Promise<Engine> {
	const browser = await puppeteer.launch({
		browser: 'firefox',
		executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
		headless: true,
		acceptInsecureCerts: true,
		extraPrefsFirefox: { 'intl.accept_languages': 'en-GB', 'javascript.enabled': javaScript }
	});
	const child = browser.process();
	if (child) tie(child);
	return {
		openWindow: async () => {
			const context = await browser.createBrowserContext();
			return new FirefoxWindow(await context.newPage());
		},
		stop: () => browser.close()
	};
}

/** Firefox stops loading a page's modules when a person leaves it, and reports each of them. */
const STOPPED_MODULE = 'error loading dynamically imported module';

/** Scripts from here run without JavaScript in pages too, but a promise of theirs would never settle. */
class FirefoxWindow implements EngineWindow {
	readonly #page: Page;
	readonly #faults: string[] = [];

	constructor(page: Page) {
		this.#page = page;
		page.on('console', (message) => {
			if (['error', 'warn', 'assert'].includes(message.type())) this.#faults.push(`console: ${message.text()}`);
		});
		page.on('pageerror', (error) => {
			if (!String(error).includes(STOPPED_MODULE)) this.#faults.push(`error: ${String(error)}`);
		});
	}

	async open(url: string): Promise<void> {
		await this.#page.goto(url);
	}

	async find(role: Role, name: string): Promise<FoundElement | null> {
		const element = await this.#page.$(`aria/${name}[role="${role}"]`);
		return element && { click: () => this.#click(element) };
	}

	async url(): Promise<string> {
		return this.#page.url();
	}

	title(): Promise<string> {
		return this.#page.title();
	}

	text(): Promise<string> {
		return this.#page.evaluate(() => document.body.innerText);
	}

	html(): Promise<string> {
		return this.#page.content();
	}

	storage(): Promise<string> {
		return this.#page.evaluate(() => JSON.stringify([document.cookie, localStorage, sessionStorage]));
	}

	async saveScreenshot(file: `${string}.png`): Promise<void> {
		await this.#page.screenshot({ path: file });
	}

	faults(): readonly string[] {
		return this.#faults;
	}

	close(): Promise<void> {
		return this.#page.browserContext().close();
	}

	async #click(element: ElementHandle): Promise<void> {
		const { x, y } = await element.evaluate((target) => {
			target.scrollIntoView({ block: 'center', behavior: 'instant' });
			// The first line of a link that is on several.
			const [box] = target.getClientRects();
			if (!box) throw new Error('The element has no box');
			return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
		});
		await this.#page.mouse.click(x, y);
	}
}
