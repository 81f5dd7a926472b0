import type { Support } from './brand-view';

/** The compliance status of a site, in the classes of the Dutch model statement. */
export type ComplianceStatus = 'A' | 'B' | 'C' | 'D' | 'E';

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
