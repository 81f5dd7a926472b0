import { expect } from '@playwright/test';
import { type Locale, locales, texts } from '../../../src/lib/i18n/index.ts';
import { addressOf, gallery, type StateName, stateNames } from '../../gallery/states/index.ts';
import { test as base } from '../support/gallery.ts';
import { readFacts, type StateFacts } from '../support/state-facts.ts';

type Facts = readonly (readonly [StateName, StateFacts])[];

/** Each state is loaded once for all the tests of this file. */
const test = base.extend<object, { factsOf: (locale: Locale) => Promise<Facts> }>({
	factsOf: [
		async ({ browser, galleryUrl }, use) => {
			const read = new Map<Locale, Promise<Facts>>();
			const context = await browser.newContext({ baseURL: galleryUrl });
			await use((locale) => {
				const facts = read.get(locale) ?? readAll(locale);
				read.set(locale, facts);
				return facts;
			});
			await context.close();

			async function readAll(locale: Locale): Promise<Facts> {
				const page = await context.newPage();
				const facts: [StateName, StateFacts][] = [];
				for (const name of stateNames) {
					await page.goto(addressOf(name, locale));
					facts.push([name, await readFacts(page)]);
				}
				return facts;
			}
		},
		{ scope: 'worker' }
	]
});

/** The outcomes that need a screen , and the states that are theirs. */
const outcomes: Readonly<Record<string, readonly StateName[]>> = {
	matched: ['wallet/continue'],
	'waiting for manual review': ['identity/review'],
	'no match': ['identity/ended/no-match', 'identity/ended/review-refused', 'identity/ended/again-required'],
	'somebody else': ['identity/ended/not-me', 'identity/ended/not-me-late'],
	'several matches': ['identity/confirm/candidates', 'identity/confirm/unchosen'],
	'already linked elsewhere': ['identity/ended/linked-elsewhere'],
	'attribute missing': ['identity/ended/attribute-missing'],
	'assurance too low': ['identity/ended/assurance-too-low'],
	'link expired': ['identity/explain/EXPIRED_BINDING', 'identity/ended/expired'],
	'refused at the institution': ['identity/ended/refused-at-institution', 'identity/ended/not-possible'],
	'started in another browser': ['identity/ended/foreign', 'wallet/ended/foreign'],
	'validity not known': ['wallet/ended/unchecked'],
	'technical fault': ['identity/ended/failed', 'identity/ended/unavailable', 'identity/ended/confirmation-not-offered']
};
/** Details that a wallet gives; an ending names none of them. */
const details = /birth|first name|last name|geboorte|voornaam|achternaam/i;

for (const locale of locales) {
	const t = texts(locale);

	test.describe(`every state, in ${locale}`, () => {
		test.setTimeout(5 * 60_000);

		/** The states of which something does not hold. */
		const statesWhere = (facts: Facts, isWrong: (facts: StateFacts, name: StateName) => boolean) =>
			facts.filter(([name, each]) => isWrong(each, name)).map(([name]) => name);

		test('(a11y 22) has exactly one main heading, with the expected text', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			const first = facts.map(([name, { headings }]) => [name, headings.filter(({ level }) => level === 1)]);
			expect(first).toEqual(stateNames.map((name) => [name, [{ level: 1, text: gallery[name].heading(t, locale) }]]));
		});

		test('(a11y 22) has no empty heading, and skips no heading level', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			expect(statesWhere(facts, ({ headings }) => headings.some(({ text }) => text === ''))).toEqual([]);
			// The summary of an error stands above the main heading.
			const hasGap = ({ headings }: StateFacts) =>
				headings.some(({ level }, index) => level > (headings[index - 1]?.level ?? 1) + 1);
			expect(statesWhere(facts, hasGap)).toEqual([]);
			// Not for want of headings below the main one.
			expect(facts.flatMap(([, { headings }]) => headings).some(({ level }) => level === 3)).toBe(true);
		});

		test('(a11y 22) has named landmarks, and a link that skips the header', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			const one = { header: 1, main: 1, footer: 1 };
			expect(statesWhere(facts, ({ landmarks }) => JSON.stringify(landmarks) !== JSON.stringify(one))).toEqual([]);
			expect(statesWhere(facts, ({ navigation }) => navigation.includes(''))).toEqual([]);
			expect(statesWhere(facts, ({ links }) => links[0]?.href !== '#content')).toEqual([]);
		});

		test('(a11y 18, 22) has a unique title, with a prefix if there is an error', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			const fault = t.site.errorTitle('');
			expect(
				statesWhere(facts, ({ title }, name) => title.startsWith(fault) !== (gallery[name].isError === true))
			).toEqual([]);
			// A page may say the same in several of its states; pages differ, and so do the ways in which one ends.
			const pageOf = (name: StateName) => name.split('/')[0] ?? name;
			// The same ending for somebody who is signed in, or where there is one way to sign in.
			const endingOf = (name: StateName) =>
				name.replace(/^wallet\/only-\w+\//, 'wallet/ended/').replace(/-signed-in$/, '');
			const keyOf = (name: StateName) => (/\/ended|^error\//.test(endingOf(name)) ? endingOf(name) : pageOf(name));
			const twins = facts.flatMap(([name, { title }]) =>
				facts
					.filter(([other, each]) => each.title === title && keyOf(other) > keyOf(name))
					.map(([other]) => [name, other])
			);
			expect(twins).toEqual([]);
		});

		test('(a11y 26) declares its language, and marks the name of the other language', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			expect(statesWhere(facts, ({ lang }) => lang !== locale)).toEqual([]);
			const names = 'nl: Nederlands, en: English';
			expect(statesWhere(facts, ({ languages }) => languages.join(', ') !== names)).toEqual([]);
		});

		test('(a11y 6) has the help link in the same place', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			const isHelp = ({ text, href, landmark }: StateFacts['links'][number]) =>
				text === t.site.help && href === '/help' && landmark === 'header';
			expect(statesWhere(facts, ({ links }) => links.filter(isHelp).length !== 1)).toEqual([]);
		});

		test('(a11y 17) does not reload after a delay, and continues only through links and form buttons', async ({
			factsOf
		}) => {
			const facts = await factsOf(locale);
			expect(statesWhere(facts, ({ refreshes }) => refreshes.some((content) => !/^0\b/.test(content)))).toEqual([]);
			expect(statesWhere(facts, ({ deadControls }) => deadControls.length > 0)).toEqual([]);
		});

		test('(a11y 20) has no disabled control', async ({ factsOf }) => {
			expect(statesWhere(await factsOf(locale), ({ disabled }) => disabled > 0)).toEqual([]);
		});

		test('(a11y 1) names each image by its purpose, never by a URL', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			const images = facts.flatMap(([name, each]) => each.images.map((image) => [name, image] as const));
			expect(images.map(([name]) => name)).toContain('wallet/scan');
			expect(images.filter(([, { name }]) => name === '' || /https?:|:\/\//.test(name))).toEqual([]);
			expect(images.filter(([name]) => name === 'wallet/scan')).toEqual([
				['wallet/scan', { name: t.wallet.scan.qrName, isSvg: true }]
			]);
			expect(t.wallet.scan.qrName).toContain(t.wallet.scan.open);
		});

		test('names the QR code of the page only if it has one', async ({ factsOf }) => {
			const facts = await factsOf(locale);
			const { what } = t.wallet.nothingOpened;
			const saying = (text: string) => facts.filter(([, page]) => page.text.includes(text)).map(([name]) => name);
			const live = 'wallet/live/nothing_opened' as const;
			expect([saying(what.code), saying(what.link)]).toEqual([[live], [`${live}/without-code`]]);
		});

		test('(a11y 10) hides ornaments from screen readers', async ({ factsOf }) => {
			expect(statesWhere(await factsOf(locale), ({ spokenOrnaments }) => spokenOrnaments > 0)).toEqual([]);
		});

		test('(a11y 21) with an outcome says what to do next and whom to contact, but not which detail did not match', async ({
			factsOf
		}) => {
			const facts = new Map(await factsOf(locale));
			const poor = Object.entries(outcomes).flatMap(([outcome, states]) =>
				states
					.filter((name) => {
						const { text = '', ways = 0 } = facts.get(name) ?? {};
						return ways === 0 || !text.includes(t.site.support.ask) || (name.includes('ended') && details.test(text));
					})
					.map((name) => `${outcome}: ${name}`)
			);
			expect(poor).toEqual([]);
		});

		test('(a11y 19) does not ask for data that the wallet provided, and lists it for confirmation', async ({
			factsOf
		}) => {
			const facts = (await factsOf(locale)).filter(([name]) => name.startsWith('identity/'));
			expect(statesWhere(facts, ({ fields }) => fields.length > 0)).toEqual([]);
			const { givenName, familyName, birthdate } = t.identity.person;
			const shown = facts.find(([name]) => name === 'identity/confirm/candidates')?.[1].terms;
			expect(shown).toEqual([givenName, familyName, birthdate]);
		});
	});
}
