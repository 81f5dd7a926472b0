import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/lib/i18n/statement.ts';
import { Browser, headingOf } from '../harness/browser.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { bareEnvironment } from './support/bare-environment.ts';

const given = {
	organisation: { nl: 'Universiteit Noord', en: 'University of the North' },
	status: 'B',
	date: '2026-10-05',
	signedBy: { nl: 'het College van Bestuur', en: 'the Executive Board' },
	reports: [{ title: 'WCAG-EM 2026', url: 'https://noord.example/report', date: '2026-09-01' }],
	findings: [
		{
			what: { nl: 'De kaart is alleen een plaatje.', en: 'The map is only a picture.' },
			measure: { nl: 'Er komt een lijst bij.', en: 'A list is added.' },
			until: '2027-03-01'
		}
	],
	contact: { email: 'access@noord.example' },
	registerUrl: 'https://register.example/123'
};

describe('(a11y 28) the accessibility statement', () => {
	let configured: Portal;
	let plain: Portal;
	beforeAll(async () => {
		const env = { ...bareEnvironment, ACCESSIBILITY_STATEMENT: JSON.stringify(given) };
		[configured, plain] = await Promise.all([
			startPortal({ runtime, env }),
			startPortal({ runtime, env: bareEnvironment })
		]);
	});
	afterAll(() => Promise.all([configured.stop(), plain.stop()]));

	test.each([
		['nl', 'Universiteit Noord', 'De kaart is alleen een plaatje.', '1 maart 2027', '5 oktober 2026'],
		['en', 'University of the North', 'The map is only a picture.', '1 March 2027', '5 October 2026']
	] as const)(
		'has the sections of the Dutch model, with the institution’s own data, in %s',
		async (locale, ...facts) => {
			const browser = new Browser(configured.url);
			browser.putCookie('portal.locale', locale);
			const page = await browser.open('/accessibility');
			const t = statement(locale);
			expect(headingOf(page)).toBe(t.title);
			const headings = [...page.text.matchAll(/<h2[^>]*>([^<]+)/g)].map(([, text]) => text);
			expect(headings).toEqual(
				[t.scope, t.statuses.B, t.tested, t.findings, t.measures, t.contact, t.enforcement].map(({ title }) => title)
			);
			for (const fact of facts) expect(page.text).toContain(fact);
			for (const address of [given.registerUrl, 'https://noord.example/report', 'mailto:access@noord.example']) {
				expect(page.text).toContain(`href="${address}"`);
			}
		}
	);

	test('claims no more than first measures and names no organisation unless configured', async () => {
		const { text } = await new Browser(plain.url).open('/accessibility');
		expect(text).toContain(statement('en').statuses.C.title);
		expect(text).toContain(plain.url);
		expect(text).not.toContain('the statement of');
	});

	test('is linked from each page, and so is the privacy statement', async () => {
		const browser = new Browser(plain.url);
		for (const path of ['/', '/login', '/login/wallet', '/help', '/accessibility', '/privacy', '/nowhere']) {
			const { text } = await browser.open(path);
			const footer = /<footer.*<\/footer>/s.exec(text)?.[0];
			expect(footer).toContain('href="/accessibility"');
			expect(footer).toContain('href="/privacy"');
		}
	});
});
