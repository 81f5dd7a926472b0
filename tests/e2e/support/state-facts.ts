import type { Page } from '@playwright/test';

/** What can be read off a page without measuring it. */
export interface StateFacts {
	readonly title: string;
	/** What the page itself says, without header and footer. */
	readonly text: string;
	/** Ways on, from the page itself. */
	readonly ways: number;
	readonly lang: string;
	readonly headings: readonly { readonly level: number; readonly text: string }[];
	/** How often each landmark is there. */
	readonly landmarks: Readonly<Record<'header' | 'main' | 'footer', number>>;
	/** Names of navigation areas. */
	readonly navigation: readonly string[];
	readonly links: readonly { readonly text: string; readonly href: string; readonly landmark: string }[];
	readonly images: readonly { readonly name: string; readonly isSvg: boolean }[];
	/** Form controls that can't be used. */
	readonly disabled: number;
	/** Delays of `<meta http-equiv=refresh>`. */
	readonly refreshes: readonly string[];
	/** Controls without JavaScript: neither a link with an address, nor in a form that is sent somewhere. */
	readonly deadControls: readonly string[];
	/** Words of the language switch, with the language they are marked as. */
	readonly languages: readonly string[];
	/** Terms of description lists. */
	readonly terms: readonly string[];
	/** Labels of fields that a person has to fill in. */
	readonly fields: readonly string[];
	/** Moving or pointing ornaments that assistive technology would read. */
	readonly spokenOrnaments: number;
}

/** Reads a page as it is now. */
export function readFacts(page: Page): Promise<StateFacts> {
	return page.evaluate(() => {
		const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
		const text = (element: Element) => element.textContent.trim().replaceAll(/\s+/g, ' ');
		const landmarkOf = (element: Element) => element.closest('header, main, footer')?.localName ?? 'none';
		return {
			title: document.title,
			text: text(document.querySelector('main') ?? document.body),
			ways: all('main a, main form button').length,
			lang: document.documentElement.lang,
			headings: all('h1, h2, h3, h4, h5, h6').map((element) => ({
				level: Number(element.localName.slice(1)),
				text: text(element)
			})),
			landmarks: {
				header: all('body header').length,
				main: all('main').length,
				footer: all('body footer').length
			},
			navigation: all('nav').map((nav) => nav.getAttribute('aria-label') ?? ''),
			links: all('a').map((link) => ({
				text: text(link),
				href: link.getAttribute('href') ?? '',
				landmark: landmarkOf(link)
			})),
			images: all('[role=img]').map((image) => ({
				name: image.getAttribute('aria-label') ?? '',
				isSvg: image.querySelector('svg') !== null
			})),
			disabled: all(':disabled, [aria-disabled=true]').length,
			refreshes: all('meta[http-equiv=refresh i]').map((meta) => meta.getAttribute('content') ?? ''),
			deadControls: all('a:not([href]), button:not([data-copies])')
				.filter((control) => control.localName === 'a' || control.closest('form') === null)
				.map(text),
			languages: all('header form[action="/locale"] button').map((button) => `${button.lang}: ${text(button)}`),
			terms: all('dt').map(text),
			fields: all('input:not([type=hidden], [type=radio], [type=checkbox]), textarea, select').map(
				(field) => field.getAttribute('aria-label') ?? text(field.closest('label') ?? field)
			),
			spokenOrnaments: all('svg, .spinner').filter((one) => !one.closest('[aria-hidden=true], [role=img]')).length
		};
	});
}
