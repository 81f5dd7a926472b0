import { describe, expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { configFaults, environment } from '../configured';

const brandOf = (changes: Readonly<Record<string, string>>) => parseConfig({ ...environment, ...changes }).brand;
const data = (type: string, bytes: number) => `data:${type};base64,${Buffer.alloc(bytes, 7).toString('base64')}`;

const statement = { organisation: 'Noord', status: 'C', date: '2026-11-22' };
const report = { title: 'WCAG 2.2', url: 'https://noord.example/report', date: '2026-09-01' };

describe('the branding of an institution', () => {
	test('may be one text for both languages, or one for each', () => {
		expect(brandOf({ BRAND_NAME: 'Noord' }).name).toEqual({ nl: 'Noord', en: 'Noord' });
		expect(brandOf({ BRAND_NAME: '{"nl": "Noord", "en": "North"}' }).name).toEqual({ nl: 'Noord', en: 'North' });
	});

	test('is empty if nothing is set', () => {
		expect(brandOf({})).toMatchObject({ name: null, logo: null, privacyPage: null, accessibilityStatement: null });
	});

	test.each([
		['svg+xml', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
		['svg+xml', '\xff\xfe<\0s\0v\0g\0>\0'],
		['svg+xml', '<s:svg xmlns:s="http://www.w3.org/2000/svg"/>'],
		['png', '\x89PNG\r\n\x1a\n\0'],
		['webp', 'RIFF\n\n\0\0WEBPVP8 '],
		// Browsers show it all the same.
		['png', '\xff\xd8\xff\xe0JFIF']
	])('may be a logo of type %s that begins with %j', (type, content) => {
		expect(configFaults({ BRAND_LOGO: `data:image/${type};base64,${btoa(content)}` })).toEqual([]);
	});

	test('can name colours with or without the leading dashes', () => {
		const token = 'basis-color-default-bg-document';
		for (const name of [token, `--${token}`]) {
			const { stylesheet } = brandOf({ BRAND_TOKENS: JSON.stringify({ light: { [name]: '#FAFAFA' } }) });
			expect(stylesheet).toContain(`--${token}: #fafafa;`);
		}
	});

	test.each([
		['BRAND_NAME', '{"nl": "Noord"}', 'must be one text, or JSON'],
		['BRAND_NAME', '{"nl": "Noord", "en": ', 'must be one text, or JSON .*its end is missing'],
		['BRAND_NAME', 'x'.repeat(81), 'must have at most 80 characters'],
		['BRAND_LOGO', 'https://noord.example/logo.svg', 'must be a data: URL'],
		['BRAND_LOGO', 'data:text/html;base64,AAAA', 'must be a data: URL'],
		['BRAND_LOGO', data('image/png', 9), 'has a content that is not a picture of its type'],
		['BRAND_LOGO', 'data:image/png;base64,iVBORw0KGgoAA', 'has a content that is not a picture of its type'],
		['BRAND_LOGO_DARK', `data:image/svg+xml;base64,${btoa('logo.svg')}`, 'has a content that is not a picture'],
		['BRAND_LOGO', data('image/png', 66_000), 'must be a picture of at most 64 kB'],
		['BRAND_COLOR', 'red', 'must be a colour with six hexadecimal digits'],
		['BRAND_TOKENS', 'red', 'must be JSON such as'],
		['BRAND_TOKENS', '{"light": {"basis-color-nothing": "#000000"}}', 'has an unknown token'],
		['BRAND_TOKENS', '{"print": {}}', 'print: is not known; the names are light, dark'],
		['BRAND_TOKENS', '{"light": {},}', 'line 1 is not JSON from character 14'],
		['SUPPORT_EMAIL', 'help desk', 'must be an e-mail address'],
		['SUPPORT_PHONE', 'ask Jan', 'must be a telephone number'],
		['SUPPORT_PHONE', '+- ( ) -', 'must be a telephone number'],
		['SUPPORT_URL', 'javascript:alert(1)', 'must be an http:// or https:// URL'],
		['SUPPORT_URL', 'https://noord.example/\nhelp', 'must be an http:// or https:// URL'],
		[
			'PRIVACY_URL',
			'{"nl": "https://noord.example", "en": "mailto:x@noord.example"}',
			'must be an http:// or https:// URL'
		],
		['WALLET_CLAIMS_TEXT', 'x'.repeat(301), 'must have at most 300 characters'],
		['WALLET_CLAIMS_TEXT', '{"nl": "Uw naam."}', 'must be one text, or JSON'],
		['WALLET_HELP_URL', 'javascript:alert(1)', 'must be an http:// or https:// URL'],
		['ACCESSIBILITY_STATEMENT', '{', 'must be JSON'],
		['ACCESSIBILITY_STATEMENT', JSON.stringify({ ...statement, status: 'F' }), 'must be A, B, C, D or E'],
		['ACCESSIBILITY_STATEMENT', JSON.stringify({ ...statement, date: '22 november' }), 'must be a date such as'],
		['ACCESSIBILITY_STATEMENT', JSON.stringify({ ...statement, date: '2026-02-30' }), 'must be a date such as'],
		['ACCESSIBILITY_STATEMENT', JSON.stringify({ ...statement, status: 'A' }), 'needs at least one report'],
		['ACCESSIBILITY_STATEMENT', '1', 'must be JSON; docs/branding.md shows what is in it'],
		['ACCESSIBILITY_STATEMENT', JSON.stringify({ ...statement, date: undefined }), 'date: is missing'],
		['ACCESSIBILITY_STATEMENT', JSON.stringify({ ...statement, reports: report }), 'reports: must be a list'],
		[
			'ACCESSIBILITY_STATEMENT',
			JSON.stringify({ ...statement, more: 1 }),
			'more: is not known; the names are organisation'
		]
	])('%s=%s is refused: %s', (name, value, fault) => {
		expect(configFaults({ [name]: value })).toEqual([expect.stringMatching(new RegExp(`^${name}: .*${fault}`))]);
	});

	test('(a11y 28) a claim of compliance is accepted if a report supports it', () => {
		const claim = { ...statement, status: 'A', reports: [report] };
		expect(configFaults({ ACCESSIBILITY_STATEMENT: JSON.stringify(claim) })).toEqual([]);
	});

	test('a claim of compliance without a report is reported together with other faults', () => {
		const claim = JSON.stringify({ ...statement, status: 'A', date: 'today', findings: 1 });
		expect(configFaults({ ACCESSIBILITY_STATEMENT: claim })).toHaveLength(3);
	});

	test('a fault inside JSON is reported with its path', () => {
		const findings = [{ what: 'A' }, { what: 'B', until: 'soon' }];
		expect(configFaults({ ACCESSIBILITY_STATEMENT: JSON.stringify({ ...statement, findings }) })).toEqual([
			'ACCESSIBILITY_STATEMENT: findings.1.until: must be a date such as 2026-11-22'
		]);
	});
});
