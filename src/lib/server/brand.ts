import type { Locale } from '$lib/i18n';
import type { BrandView, StatementView } from '$lib/ui/brand-view';
import { config } from './config';
import type { Bilingual } from './config/brand';
import { STATEMENT_DATE } from '$lib/i18n/statement';
import { digestOf } from './seal';

/** A public file that is generated from the configuration. Its path contains a digest of its content. */
export interface BrandFile {
	/** `theme`, `logo` or `logo-dark`. */
	readonly name: string;
	readonly address: string;
	readonly type: string;
	readonly digest: string;
	readonly body: Uint8Array<ArrayBuffer>;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
	'image/svg+xml': 'svg',
	'image/png': 'png',
	'image/webp': 'webp'
};

let made: readonly BrandFile[] = [];

/** Generates the brand files from the configuration. Before that, `brandFiles` is empty. */
export async function makeBrandFiles(): Promise<void> {
	made = await makeFiles();
}

/** The stylesheet with the colours, and the configured logos. */
export function brandFiles(): readonly BrandFile[] {
	return made;
}

/** The path of a brand file; null if the institution has none. */
export function brandAddress(name: 'theme' | 'logo' | 'logo-dark'): string | null {
	return made.find((file) => file.name === name)?.address ?? null;
}

function makeFiles(): Promise<readonly BrandFile[]> {
	const { stylesheet, logo, logoDark } = config().brand;
	const pictures = [
		{ name: 'logo', picture: logo },
		{ name: 'logo-dark', picture: logoDark }
	];
	return Promise.all([
		file('theme', 'css', 'text/css; charset=utf-8', new TextEncoder().encode(stylesheet)),
		...pictures.flatMap(({ name, picture }) =>
			picture
				? [
						file(
							name,
							EXTENSIONS[picture.type] ?? 'bin',
							picture.type,
							Uint8Array.from(Buffer.from(picture.base64, 'base64'))
						)
					]
				: []
		)
	]);
}

async function file(name: string, extension: string, type: string, body: Uint8Array<ArrayBuffer>): Promise<BrandFile> {
	const digest = await digestOf(body, 16);
	return { name, address: `/brand/${name}.${digest}.${extension}`, type, digest, body };
}

/** The institution's brand for pages, in one language. */
export function brandView(locale: Locale): BrandView {
	const { brand, wallet } = config();
	const { name, support, privacyPage } = brand;
	const localized = (text: Bilingual | null) => text?.[locale] ?? null;
	return {
		name: localized(name),
		logo: brandAddress('logo'),
		logoDark: brandAddress('logo-dark'),
		support: {
			name: localized(support.name),
			email: support.email,
			phone: support.phone,
			page: localized(support.page)
		},
		privacyPage: localized(privacyPage),
		walletHelpPage: localized(wallet.helpPage)
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
