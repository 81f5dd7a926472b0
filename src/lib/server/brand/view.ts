import type { Locale } from '$lib/i18n';
import type { BrandView, StatementView } from '$lib/ui/brand-view';
import { config } from '../config';
import type { Bilingual } from '../config/brand';
import { brandAddress } from './files';
import { STATEMENT_DATE } from '$lib/i18n/statement';

/** The institution's brand for pages, in one language. */
export function brandView(locale: Locale): BrandView {
	const { brand, wallet } = config();
	const { name, support, privacyPage } = brand;
	const said = (text: Bilingual | null) => text?.[locale] ?? null;
	return {
		name: said(name),
		logo: brandAddress('logo'),
		logoDark: brandAddress('logo-dark'),
		support: { name: said(support.name), email: support.email, phone: support.phone, page: said(support.page) },
		privacyPage: said(privacyPage),
		walletHelpPage: said(wallet.helpPage)
	};
}

/** The data of the accessibility statement: the institution's if configured, otherwise the portal developers' own. */
export function statementView(locale: Locale): StatementView {
	const { origin, brand } = config();
	const given = brand.accessibilityStatement;
	const { support } = brandView(locale);
	if (!given) {
		const own = { organisation: null, status: 'C', date: STATEMENT_DATE, signedBy: null, registerUrl: null } as const;
		return { ...own, reports: [], findings: [], contact: support, site: origin };
	}
	const { contact } = given;
	return {
		organisation: given.organisation[locale],
		status: given.status,
		date: given.date,
		signedBy: given.signedBy?.[locale] ?? null,
		reports: given.reports.map(({ title, ...report }) => ({ ...report, title: title[locale] })),
		findings: given.findings.map(({ what, measure, until }) => ({
			what: what[locale],
			measure: measure?.[locale] ?? null,
			until: until ?? null
		})),
		contact: contact
			? {
					name: contact.name?.[locale] ?? null,
					email: contact.email ?? null,
					phone: contact.phone ?? null,
					page: contact.url?.[locale] ?? null
				}
			: support,
		registerUrl: given.registerUrl ?? null,
		site: origin
	};
}
