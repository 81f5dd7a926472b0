import { describe, expect, test } from 'vitest';
import { examineSecurityContact } from '../../../../src/doctor/configuration';
import { parseConfig } from '$lib/server/config/parse';
import { securityText } from '$lib/server/config/security-contact';
import { configFaults, environment } from '../configured';

const parsed = (changes: Readonly<Record<string, string>>) => parseConfig({ ...environment, ...changes });
const EXPIRES = { SECURITY_EXPIRES: '2027-06-30' };

describe('the security contact', () => {
	test('is absent without SECURITY_CONTACT', () => {
		expect(parsed({}).securityContact).toBeNull();
	});

	test('may have several addresses, of which the first is preferred', () => {
		const { securityContact } = parsed({ ...EXPIRES, SECURITY_CONTACT: 'csirt@uni.example, tel:+31-20-1234567' });
		expect(securityContact?.contacts).toEqual(['mailto:csirt@uni.example', 'tel:+31-20-1234567']);
	});

	test('may have addresses whose scheme is in capitals', () => {
		const addresses = {
			SECURITY_CONTACT: 'MAILTO:csirt@uni.example',
			SECURITY_POLICY_URL: 'HTTPS://uni.example/policy'
		};
		expect(configFaults({ ...EXPIRES, ...addresses })).toEqual([]);
	});

	test('is formatted according to RFC 9116', () => {
		const policy = 'https://uni.example/disclosure';
		const { securityContact } = parsed({
			SECURITY_CONTACT: 'https://uni.example/report',
			SECURITY_EXPIRES: '2027-06-30T14:00:00+02:00',
			SECURITY_POLICY_URL: policy
		});
		expect(securityContact && securityText(securityContact, 'https://portal.example')).toBe(
			'Contact: https://uni.example/report\nExpires: 2027-06-30T12:00:00Z\nPolicy: https://uni.example/disclosure\n' +
				'Preferred-Languages: nl, en\nCanonical: https://portal.example/.well-known/security.txt\n'
		);
	});

	test.each(['csirt', 'http://uni.example', 'https://a:b@uni.example', 'mailto:csirt', 'ftp://uni.example', ','])(
		'is refused as %s',
		(contact) => {
			expect(configFaults({ ...EXPIRES, SECURITY_CONTACT: contact })).toEqual([
				expect.stringMatching(/^SECURITY_CONTACT: must be /)
			]);
		}
	);

	test.each([
		'tomorrow',
		'2027-13-01',
		'2027-02-30',
		'2027-02-29T12:00:00Z',
		'2027-02-29T25:00:00Z',
		'30-06-2027',
		'2027-06-30 12:00'
	])('is refused with the expiry date %s', (expires) => {
		expect(configFaults({ SECURITY_CONTACT: 'csirt@uni.example', SECURITY_EXPIRES: expires })).toEqual([
			expect.stringMatching(/^SECURITY_EXPIRES: must be a date/)
		]);
	});

	test.each([
		'http://uni.example/policy',
		'https://uni.example/policy\nContact: mailto:mallory@evil.example',
		'https://a:b@uni.example/policy',
		'/policy'
	])('is refused with the policy %j', (url) => {
		expect(configFaults({ ...EXPIRES, SECURITY_CONTACT: 'csirt@uni.example', SECURITY_POLICY_URL: url })).toEqual([
			'SECURITY_POLICY_URL: must be an https:// URL, without spaces'
		]);
	});

	test('requires an expiry date', () => {
		expect(configFaults({ SECURITY_CONTACT: 'csirt@uni.example' })).toEqual([
			expect.stringMatching(/^SECURITY_EXPIRES: is missing/)
		]);
	});

	test.each([EXPIRES, { SECURITY_POLICY_URL: 'https://uni.example' }])('is missing when only %o is set', (others) => {
		expect(configFaults(others)).toEqual([expect.stringMatching(/^SECURITY_CONTACT: is missing/)]);
	});
});

test.each([
	['2026-11-28', 'wrong'],
	['2026-12-20', 'warning'],
	['2027-06-30', 'good'],
	['2028-06-30', 'warning']
])('doctor reports a contact that expires on %s as %s on 29 November 2026', (until, severity) => {
	const { securityContact } = parsed({ SECURITY_CONTACT: 'csirt@uni.example', SECURITY_EXPIRES: until });
	expect(examineSecurityContact({ securityContact }, Date.parse('2026-11-29T12:00:00Z'))).toEqual([
		expect.objectContaining({ check: 'configuration.security-contact', severity })
	]);
});

test('doctor reports nothing about a contact that is not configured', () => {
	expect(examineSecurityContact({ securityContact: null }, 0)).toEqual([]);
});
