import { expect, type Page } from '@playwright/test';
import type { Locale } from '../../../src/lib/i18n/index.ts';
import { addressOf, type StateName, stateNames } from '../../gallery/states/index.ts';
import { test } from '../support/gallery.ts';

const parts = [...new Set(stateNames.map((name) => name.split('/')[0] ?? ''))];

/** What is not translated: names, data of the states, and two words that both languages have. */
const sameInBoth =
	/^(?:|English|Nederlands|Menu|eduID|WCAG 2\.2|Wallet \d|eduID wallet|HELPCODE|(?:Hogeschool|(?:Vrije |Rijks)?[Uu]niversiteit|Academie|Roc) .+|Sanne.*|de Vries|universiteit-noord.*|eduid-wallet|wallet, hwk|[\da-f]{64}|\S+@\S+|\+31 [\d ]+|https:\S+)$/;

/** A line of the tree without its words: role, level and address. */
const shapeOf = (line: string) => line.replace(/^(\s*- (?!\/url)'?\w+).*?(\[\w.*)?$/, '$1$2').replace(/^# .*/, '#');
/** The words alone. */
const wordsOf = (line: string) => /^\s*- '?\w+:? ?"?(.*?)"?(?: \[.*\])?:?$/.exec(line)?.[1] ?? '';

const frameOf = async (page: Page) =>
	`${await page.locator('header').ariaSnapshot()}\n${await page.locator('footer').ariaSnapshot()}`;

function expectTranslated(english: string, dutch: string) {
	const [lines, translated] = [english.split('\n'), dutch.split('\n')];
	expect(translated.map(shapeOf)).toEqual(
		lines.map(shapeOf).map((line) => line.replace(/(gallery\b\S*?)en\b/, '$1nl'))
	);
	const same = translated.filter((line, index) => line === lines[index]).map(wordsOf);
	expect(same.filter((words) => !sameInBoth.test(words))).toEqual([]);
	// Months start with a capital letter in English only.
	expect(translated.filter((line) => /\d [A-Z][a-z]+ \d{4}/.test(line))).toEqual([]);
}

// The trees are recorded in English; those in Dutch have the same shape, and other words.
test.describe('the accessibility tree', () => {
	test.setTimeout(5 * 60_000);

	test('of the header and the footer matches the snapshot, and is translated', async ({ page }) => {
		await page.goto(addressOf('home', 'en'));
		const english = await frameOf(page);
		expect(english).toMatchSnapshot('frame.yml');
		await page.goto(addressOf('home', 'nl'));
		expectTranslated(english, await frameOf(page));
	});

	// One file for each kind of state: the effect of a change on assistive technology can be read in one place.
	for (const part of parts) {
		test(`of every state of "${part}" matches the snapshot, and is translated`, async ({ page }) => {
			const trees = async (locale: Locale) => {
				const states: string[] = [];
				for (const name of stateNames.filter((each) => each.split('/')[0] === part))
					states.push(await treeOf(page, name, locale));
				return states.join('\n');
			};
			const english = await trees('en');
			expect(english).toMatchSnapshot(`${part}.yml`);
			expectTranslated(english, await trees('nl'));
		});
	}
});

async function treeOf(page: Page, name: StateName, locale: Locale): Promise<string> {
	await page.goto(addressOf(name, locale));
	const tree = await page.locator('main').ariaSnapshot();
	// An error page has a new help code each time.
	return `# ${name}: ${await page.title()}\n${tree}\n`.replaceAll(/"?\b[\da-f]{12}\b"?/g, 'HELPCODE');
}
