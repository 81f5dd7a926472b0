import type { ComplianceStatus } from '$lib/i18n/statement';

/** Whom to ask for help. Null if the institution has not configured it. */
export interface Support {
	readonly name: string | null;
	readonly email: string | null;
	readonly phone: string | null;
	readonly page: string | null;
}

/** The institution's own part of every page, in the page's language. */
export interface BrandView {
	/** Replaces the product's name. */
	readonly name: string | null;
	/** Addresses on the portal's own origin. */
	readonly logo: string | null;
	readonly logoDark: string | null;
	readonly support: Support;
	/** The address of the privacy statement. */
	readonly privacyPage: string | null;
	/** The address of the page about wallets that work. */
	readonly walletHelpPage: string | null;
}

/** The data of an institution's accessibility statement, in the page's language. */
export interface StatementView {
	/** `null` if the configuration does not name who offers this portal. */
	readonly organisation: string | null;
	readonly status: ComplianceStatus;
	/** ISO 8601. */
	readonly date: string;
	readonly signedBy: string | null;
	readonly reports: readonly { readonly title: string; readonly url: string; readonly date: string }[];
	readonly findings: readonly {
		readonly what: string;
		readonly measure: string | null;
		readonly until: string | null;
	}[];
	readonly contact: Support;
	readonly registerUrl: string | null;
	/** The portal's address. */
	readonly site: string;
}
