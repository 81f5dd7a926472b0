import type { Locale } from '$lib/i18n';
import type { BrandView } from '$lib/ui/brand-view';
import { config } from '../config';
import type { Bilingual } from '../config/brand-fields';
import { brandAddress } from './files';

/** What the pages show of the institution, in the page's language. */
export function brandView(locale: Locale): BrandView {
	const { name, support, privacyPage } = config().brand;
	const said = (text: Bilingual | null) => text?.[locale] ?? null;
	return {
		name: said(name),
		logo: brandAddress('logo'),
		logoDark: brandAddress('logo-dark'),
		support: { name: said(support.name), email: support.email, phone: support.phone, page: said(support.page) },
		privacyPage: said(privacyPage)
	};
}
