import { expect, type Page, type Route } from '@playwright/test';
import { test } from './support/journey.ts';
import { expectSignedIn } from './support/steps.ts';
import { en } from './support/texts.ts';

/** Keeps what a page asks for at this address, until it is let go. */
async function hold(page: Page, address: RegExp): Promise<Route[]> {
	const held: Route[] = [];
	await page.route(address, (route) => void held.push(route), { times: 1 });
	return held;
}

interface Note {
	readonly text: string;
	/** By the page's own clock. */
	readonly atMs: number;
}

/**
 * What the status line says and which links come, from now on and in that order. The page tells it by itself: Playwright's
 * own looks at a page, and its clock, wait for a navigation that is under way.
 */
async function listen(page: Page): Promise<Note[]> {
	const notes: Note[] = [];
	await page.exposeFunction('note', (text: string, atMs: number) => notes.push({ text, atMs }));
	await page.evaluate(() => {
		const { note } = globalThis as unknown as { note: (text: string, atMs: number) => void };
		const last = new Map<string, string>();
		const tell = (what: string, text: string) => {
			if (text !== '' && text !== last.get(what)) note(text, performance.now());
			last.set(what, text);
		};
		const look = () => {
			tell('status', document.querySelector('[role=status]')?.textContent ?? '');
			const links = [...document.querySelectorAll<HTMLAnchorElement>('main .card a.button:not(.secondary)')];
			tell('links', links.map((link) => `${link.textContent.trim()}: ${link.href}`).join());
		};
		look();
		new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true });
	});
	return notes;
}

for (const { what, person, address, screen, finish, name, tag } of [
	{
		what: 'a sign-in',
		person: 'known-student',
		address: /\/login\/start\?/,
		screen: en.wallet.leaving,
		finish: async () => {},
		name: 'Sanne de Vries',
		tag: []
	},
	{
		what: 'a wallet whose owner has to be found',
		person: 'unknown-employee',
		address: /\/login\/identity$/,
		screen: en.wallet.identifying,
		finish: (page: Page) => page.getByRole('button', { name: en.identity.confirm.button }).click(),
		name: 'Fatima El Amrani',
		tag: ['@full']
	}
] as const) {
	test(
		`(a11y 12) ${what} is announced before the page continues, with a link if that takes over 3 s`,
		{ tag: [...tag] },
		async ({ page, wallet }) => {
			await wallet.start();
			const notes = await listen(page);
			const held = await hold(page, address);
			await wallet.share(person);
			await expect.poll(() => notes.at(-1)?.text).toContain(`${en.wallet.goOn}: `);
			const [announced, linked] = notes.slice(-2);
			expect(announced?.text).toBe(screen.announcement);
			expect(linked?.text).toMatch(address);
			expect((linked?.atMs ?? 0) - (announced?.atMs ?? Infinity)).toBeGreaterThan(2950);

			expect(held).toHaveLength(1);
			await held[0]?.continue();
			await finish(page);
			await expectSignedIn(page, name, 'sts-wallet');
		}
	);
}
