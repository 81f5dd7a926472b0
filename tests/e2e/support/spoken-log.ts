import { expect, type Locator, type Page } from '@playwright/test';

type Kind = 'page' | 'press' | 'event' | 'polite' | 'assertive' | 'focus';
interface Entry {
	readonly kind: Kind;
	readonly text: string;
	/** The accessibility tree of the main region, for a page or a screen. */
	readonly tree?: string;
}

/** Reports titles, focus and live regions from the page, in time order. Runs in the browser. */
function observe(): void {
	const { spoken } = globalThis as unknown as { spoken: (kind: string, text: string) => void };
	const textOf = (element: Element) => element.textContent.replace(/\s+/g, ' ').trim();
	const roles: Record<string, string> = { A: 'link', BUTTON: 'button', SUMMARY: 'button', INPUT: 'field', P: 'text' };
	const labelOf = (element: Element) => (element instanceof HTMLInputElement ? element.labels?.[0] : null) ?? element;
	const nameOf = (element: Element) => element.getAttribute('aria-label') ?? textOf(labelOf(element));
	const regions = '[role=status], [role=alert], [aria-live]';
	const last = new WeakMap<Element, string>();

	// Browsers focus a control with `autofocus` before or after the page is complete.
	let isNamed = false;
	const namePage = () => {
		if (!isNamed) spoken('page', document.title);
		isNamed = true;
	};

	addEventListener('focusin', ({ target }) => {
		if (!(target instanceof Element)) return;
		namePage();
		spoken('focus', `${roles[target.tagName] ?? 'heading'} "${nameOf(target)}"`);
	});
	addEventListener('DOMContentLoaded', () => {
		namePage();
		// Content that a page has from the start is read with the page.
		for (const region of document.querySelectorAll(regions)) last.set(region, textOf(region));
		new MutationObserver(() => {
			for (const region of document.querySelectorAll(regions)) {
				const text = textOf(region);
				if (text === last.get(region)) continue;
				last.set(region, text);
				const isAssertive = region.matches('[role=alert], [aria-live=assertive]');
				if (text !== '') spoken(isAssertive ? 'assertive' : 'polite', text);
			}
		}).observe(document.body, { childList: true, characterData: true, subtree: true });
	});
}

const sentencesOf = (text: string) =>
	text
		.split(/(?<=[.?!])\s/)
		.map((sentence) => sentence.trim())
		.filter((sentence) => sentence !== '');

/** What a person hears on the way through pages: titles, trees, focus and announcements, and what they press. */
export class SpokenLog {
	readonly #page: Page;
	readonly #entries: Entry[] = [];
	readonly #lines: string[] = [];

	private constructor(page: Page) {
		this.#page = page;
	}

	/** Call it before the first page is opened. */
	static async start(page: Page): Promise<SpokenLog> {
		const log = new SpokenLog(page);
		await page.exposeFunction('spoken', (kind: Kind, text: string) => log.#add({ kind, text }));
		await page.addInitScript(observe);
		return log;
	}

	/** Presses a control, and notes it. */
	async press(control: Locator): Promise<void> {
		const tree = await control.ariaSnapshot();
		this.#add({ kind: 'press', text: /^- (.*?):?(?:\n|$)/.exec(tree)?.[1] ?? tree });
		await control.click();
	}

	/** Something that the person does elsewhere, or that happens to them. */
	note(text: string): void {
		this.#add({ kind: 'event', text });
	}

	/** A page or screen with this heading is there, and has reported itself. */
	async arrived(heading: string): Promise<void> {
		await expect(this.#page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeVisible();
		await this.#settled();
	}

	/** A screen with this heading is there: what can be read on it. */
	async screen(heading: string): Promise<void> {
		await this.arrived(heading);
		const tree = await this.#page.getByRole('main').ariaSnapshot();
		this.#lines.push(
			...tree
				.split('\n')
				.filter((line) => !/^\s*- \/url/.test(line))
				.map((line) => `    ${line}`)
		);
	}

	/** Waits for an announcement. */
	async announced(text: string): Promise<void> {
		await expect
			.poll(() => this.#entries.some(({ kind, text: said }) => /polite|assertive/.test(kind) && said.includes(text)))
			.toBe(true);
	}

	/** The log, one line for each thing; `title` is its first line. */
	text(title: string): string {
		return `${[`# ${title}`, '', ...this.#lines].join('\n')}\n`.replaceAll(/"?\b[\da-f]{12}\b"?/g, 'HELPCODE');
	}

	/** Sentences that were spoken more than once after one press or event, by focus and announcements. */
	repeated(): string[] {
		return this.#parts().flatMap((part) => {
			const sentences = part.filter(isSpoken).flatMap(({ text }) => sentencesOf(text.replace(/^\w+ "|"$/g, '')));
			return sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index);
		});
	}

	/**
	 * Presses that were answered by something other than exactly one page or one announcement. A page on the way to another one
	 * does not count.
	 */
	badlyResponded(): string[] {
		return this.#parts()
			.filter(([first]) => first?.kind === 'press')
			.filter((part) => answersOf(part) !== 1)
			.map((part) => part.map(({ kind, text }) => `${kind}: ${text}`).join(' | '));
	}

	/** Everything that the page has reported is here: its calls arrive in order, before this result. It names itself when it is complete. */
	async #settled(): Promise<void> {
		await this.#page.waitForLoadState('domcontentloaded');
		await this.#page.evaluate(() => Promise.resolve());
	}

	#add(entry: Entry): void {
		this.#entries.push(entry);
		this.#lines.push(`${entry.kind.padEnd(9)} ${entry.text}`);
	}

	/** The entries from each press or event up to the next one. */
	#parts(): Entry[][] {
		const parts: Entry[][] = [[]];
		for (const entry of this.#entries) {
			if (entry.kind === 'press' || entry.kind === 'event') parts.push([]);
			parts.at(-1)?.push(entry);
		}
		return parts;
	}
}

function answersOf(part: readonly Entry[]): number {
	const announced = part.filter(({ kind }) => /^(?:page|polite|assertive)$/.test(kind));
	return announced.filter(({ kind }, index) => kind !== 'page' || announced[index + 1]?.kind !== 'page').length;
}

function isSpoken({ kind }: Entry): boolean {
	return kind === 'polite' || kind === 'assertive' || kind === 'focus';
}
