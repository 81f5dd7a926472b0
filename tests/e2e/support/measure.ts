import type { Page } from '@playwright/test';

/** Text spacing as a person may set it (WCAG 1.4.12), in a sheet that the portal's policy does not forbid. */
export async function spaceText(page: Page): Promise<void> {
	await page.evaluate(() => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(`
			* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
			p { margin-block-end: 2em !important; }
		`);
		document.adoptedStyleSheets.push(sheet);
	});
}

/** The word of 26 letters that buttons and headings have to break. */
const LONG_WORD = 'Studentenvoorzieningendesk';

/** Puts a long word into every button, heading, term and label. */
export async function lengthenWords(page: Page): Promise<void> {
	await page.evaluate((word) => {
		const all = document.querySelectorAll(
			'main :is(h1, h2, h3, dt, summary, legend, label, button, .button), header :is(a, button)'
		);
		for (const element of all) {
			const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
			const text = texts.find((node) => node.textContent?.trim());
			if (text) text.textContent = word;
		}
	}, LONG_WORD);
}

/** Doubles the size of text alone, as a browser's setting does. */
export async function enlargeText(page: Page): Promise<void> {
	await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
}

/** Buttons and fields that stick out of their card or notice. */
export function readOutsideCards(page: Page): Promise<string[]> {
	return page.evaluate(() =>
		[...document.querySelectorAll('.card, .notice')].flatMap((card) => {
			const box = card.getBoundingClientRect();
			return [...card.querySelectorAll('a, button, input, summary')]
				.filter((control) => control.checkVisibility())
				.filter((control) => {
					const { left, right } = control.getBoundingClientRect();
					return left < box.left - 0.5 || right > box.right + 0.5;
				})
				.map((control) => `outside its card: ${control.textContent.trim()}`);
		})
	);
}

/** What sticks out of the page sideways, or is cut off by its box. */
export function readClipped(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const named = (element: Element) => `${element.localName}: ${element.textContent.trim().slice(0, 40)}`;
		const isHidden = (element: Element) => element.closest('.visually-hidden, .skip-link') !== null;
		const shown = [...document.body.querySelectorAll('*')].filter(
			(element) => element instanceof HTMLElement && element.checkVisibility() && !isHidden(element)
		);
		const width = document.documentElement.clientWidth;
		const outside = shown.filter((element) => element.getBoundingClientRect().right > width + 1);
		const cut = shown.filter((element) => {
			const { overflowX, overflowY } = getComputedStyle(element);
			const isCutX = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
			const isCutY = ['hidden', 'clip'].includes(overflowY) && element.scrollHeight > element.clientHeight + 1;
			return isCutX || isCutY;
		});
		const page = document.documentElement.scrollWidth > width ? ['the page scrolls sideways'] : [];
		return [...page, ...outside.map(named), ...cut.map(named)];
	});
}

/** Controls that are smaller than they should be: main ones than 44 px, others than 24 px (WCAG 2.5.8). */
export function readSmallTargets(page: Page): Promise<string[]> {
	return page.evaluate(() => {
		const controls = [...document.querySelectorAll<HTMLElement>('a, button, input, summary, select')];
		// The exception of 2.5.8: a link in a sentence.
		const isInText = (control: HTMLElement) =>
			control.localName === 'a' &&
			getComputedStyle(control).display === 'inline' &&
			control.parentElement?.textContent.trim() !== control.textContent.trim();
		return controls
			.filter((control) => control.checkVisibility() && control.closest('.skip-link') === null && !isInText(control))
			.flatMap((control) => {
				const { width, height } = control.getBoundingClientRect();
				const least = control.matches('.button') ? 44 : 24;
				if (Math.min(width, height) >= least - 0.5) return [];
				return [`${control.textContent.trim() || control.outerHTML.slice(0, 60)}: ${width} × ${height}`];
			});
	});
}

interface FocusFacts {
	readonly name: string;
	/** Whether the ring can be seen at all, and its contrast with what lies behind it. */
	readonly ringPx: number;
	readonly contrast: number;
	readonly isCovered: boolean;
	readonly isInView: boolean;
}

/** What has the focus, and how well that is seen; `null` when nothing of the page has. */
export function readFocus(page: Page): Promise<FocusFacts | null> {
	return page.evaluate(() => {
		const focused = document.activeElement;
		if (!(focused instanceof HTMLElement) || focused === document.body) return null;
		const style = getComputedStyle(focused);
		// A link may break over several lines; the middle of all of them may lie beside its text.
		const [box = focused.getBoundingClientRect()] = focused.getClientRects();
		const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
		const top = document.elementFromPoint(x, y);
		const isLabelled = top?.closest('label')?.contains(focused) ?? false;
		let behind: Element | null = focused.parentElement;
		while (behind && !opaque(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
		const back = behind ? getComputedStyle(behind).backgroundColor : 'rgb(255, 255, 255)';
		const [light, dark] = [luminance(style.outlineColor), luminance(back)].sort((a, b) => b - a);
		return {
			name: focused.textContent.trim() || focused.outerHTML.slice(0, 60),
			ringPx: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
			contrast: ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05),
			isCovered: !(top && (focused.contains(top) || isLabelled)),
			isInView: y >= 0 && y <= window.innerHeight && x >= 0 && x <= window.innerWidth
		};

		function parts(colour: string): number[] {
			return (colour.match(/[\d.]+/g) ?? []).map(Number);
		}
		function opaque(colour: string): boolean {
			return (parts(colour)[3] ?? 1) === 1;
		}
		function luminance(colour: string): number {
			const [r = 0, g = 0, b = 0] = parts(colour).map((part) => {
				const share = part / 255;
				return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
			});
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		}
	});
}
