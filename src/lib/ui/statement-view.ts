import type { Support } from './brand-view';

/** How far a site complies, as the Dutch model statement tells it. */
export type ComplianceStatus = 'A' | 'B' | 'C' | 'D' | 'E';

/** What an accessibility statement says of one institution's portal, in the page's language. */
export interface StatementView {
	/** `null` where nobody has said who offers this portal. */
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
