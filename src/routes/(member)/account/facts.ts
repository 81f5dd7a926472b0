import type { Locale, Texts } from '$lib/i18n';
import { formatDateTime } from '$lib/i18n/date-time';
import type { LinkedWallet } from '$lib/wallet/view';

/** What pages show of a linked wallet, for `facts.svelte`. */
export function walletFacts(t: Texts['account']['wallets'], locale: Locale, wallet: LinkedWallet) {
	const moment = (iso: string | null) => iso && formatDateTime(locale, iso);
	return [
		{ term: t.provider, value: wallet.provider },
		{ term: t.institution, value: wallet.institution },
		{ term: t.createdAt, value: moment(wallet.createdAt) },
		{ term: t.lastUsedAt, value: moment(wallet.lastUsedAt) }
	];
}

interface ShownSession {
	readonly provider: keyof Texts['account']['session']['providers'];
	/** ISO 8601. */
	readonly startedAt: string;
	readonly activeAt: string;
}

/** What pages show of a session in the person's list, for `facts.svelte`. */
export function sessionFacts(t: Texts['account'], locale: Locale, session: ShownSession) {
	return [
		{ term: t.session.provider, value: t.session.providers[session.provider] },
		{ term: t.sessions.startedAt, value: formatDateTime(locale, session.startedAt) },
		{ term: t.sessions.activeAt, value: formatDateTime(locale, session.activeAt) }
	];
}
