import type { Locale, Texts } from '$lib/i18n';
import { formatDateTime } from '$lib/i18n/locale';
import type { LinkedWallet } from '$lib/wallet/view';

/** The moments of one list in words. The first one says that all are in Dutch time. */
export function moments<const Isos extends readonly (string | null)[]>(
	t: Texts['account'],
	locale: Locale,
	isos: Isos
): { readonly [Index in keyof Isos]: string | null } {
	const first = isos.findIndex((iso) => iso !== null);
	const inWords = (iso: string | null, index: number) => {
		const moment = iso && formatDateTime(locale, iso);
		return moment && index === first ? t.dutchTime(moment) : moment;
	};
	return isos.map(inWords) as { readonly [Index in keyof Isos]: string | null };
}

/** What pages show of a linked wallet, for `facts.svelte`. */
export function walletFacts(t: Texts['account'], locale: Locale, wallet: LinkedWallet) {
	const [createdAt, lastUsedAt] = moments(t, locale, [wallet.createdAt, wallet.lastUsedAt]);
	return [
		{ term: t.wallets.provider, value: wallet.provider },
		{ term: t.wallets.institution, value: wallet.institution },
		{ term: t.wallets.createdAt, value: createdAt },
		{ term: t.wallets.lastUsedAt, value: lastUsedAt }
	];
}

/** The name of a session in the person's list. Several in the same kind of browser are numbered. */
export function sessionName(t: Texts['account']['sessions'], session: NamedSession): string {
	const name = t.name(session.browser, session.system);
	return session.position === null ? name : `${name} (${session.position})`;
}

interface NamedSession {
	readonly browser: string | null;
	readonly system: string | null;
	readonly position: number | null;
}

interface ShownSession {
	readonly provider: keyof Texts['account']['session']['providers'];
	/** ISO 8601. */
	readonly startedAt: string;
	readonly activeAt: string;
}

/** What pages show of a session in the person's list, for `facts.svelte`. */
export function sessionFacts(t: Texts['account'], locale: Locale, session: ShownSession) {
	const [startedAt, activeAt] = moments(t, locale, [session.startedAt, session.activeAt]);
	return [
		{ term: t.session.provider, value: t.session.providers[session.provider] },
		{ term: t.sessions.startedAt, value: startedAt },
		{ term: t.sessions.activeAt, value: activeAt }
	];
}

/**
 * How strong a sign-in was, or what it proved: the values of `acr` that have words on the account page (`account.session`
 * in `i18n`). Services may send any other value of `acr` and `amr`. Those have no words, and are shown among the technical
 * details only.
 */
export const assuranceLevels = [
	'one-check',
	'extra-check',
	'strong-check',
	'low',
	'substantial',
	'high',
	'institution',
	'names',
	'student'
] as const;
type AssuranceLevel = (typeof assuranceLevels)[number];

const SAML = 'urn:oasis:names:tc:SAML:2.0:ac:classes';
/** REFEDS profiles, eIDAS, eduID (SURF), DigiD and other SAML classes, and OpenID EAP. */
const levels: ReadonlyMap<string, AssuranceLevel> = new Map([
	['https://refeds.org/profile/sfa', 'one-check'],
	['https://refeds.org/profile/mfa', 'extra-check'],
	['http://schemas.microsoft.com/claims/multipleauthn', 'extra-check'],
	['phr', 'strong-check'],
	['phrh', 'strong-check'],
	['http://eidas.europa.eu/LoA/low', 'low'],
	['http://eidas.europa.eu/LoA/substantial', 'substantial'],
	['http://eidas.europa.eu/LoA/high', 'high'],
	['http://eidas.europa.eu/NotNotified/LoA/low', 'low'],
	['http://eidas.europa.eu/NotNotified/LoA/substantial', 'substantial'],
	['http://eidas.europa.eu/NotNotified/LoA/high', 'high'],
	['low', 'low'],
	['substantial', 'substantial'],
	['high', 'high'],
	['https://eduid.nl/trust/linked-institution', 'institution'],
	['https://eduid.nl/trust/validate-names', 'names'],
	['https://eduid.nl/trust/validate-names-external', 'names'],
	['https://eduid.nl/trust/affiliation-student', 'student'],
	[`${SAML}:Password`, 'one-check'],
	[`${SAML}:PasswordProtectedTransport`, 'one-check'],
	[`${SAML}:MobileTwoFactorContract`, 'extra-check'],
	[`${SAML}:Smartcard`, 'substantial'],
	[`${SAML}:SmartcardPKI`, 'high']
]);

/** SURFsecureID, in production and in its test environments: `loa1`, `loa1.5`, `loa2` and `loa3`. */
const surfLevel = /^http:\/\/(?:\w+\.)?surfconext\.nl\/assurance\/loa(1\.5|[123])$/;
const surfLevels: Readonly<Record<string, AssuranceLevel>> = {
	'1': 'one-check',
	'1.5': 'extra-check',
	'2': 'extra-check',
	'3': 'strong-check'
};

/** The level for an `acr`; null if it has no words. */
export function assuranceLevelOf(acr: string | null): AssuranceLevel | null {
	if (acr === null) return null;
	const [, surf = ''] = surfLevel.exec(acr) ?? [];
	return levels.get(acr) ?? surfLevels[surf] ?? null;
}

/** What a person used to sign in: the values of RFC 8176 section 2, and the Auth Bridge's own `wallet`. */
export const signInMeans = [
	'wallet',
	'pwd',
	'otp',
	'sms',
	'tel',
	'pin',
	'hwk',
	'swk',
	'pop',
	'sc',
	'face',
	'fpt',
	'iris',
	'retina',
	'vbm',
	'kba',
	'geo',
	'user',
	'wia',
	'rba',
	'mca',
	'mfa'
] as const;
type SignInMeans = (typeof signInMeans)[number];

/** The values of an `amr` that have words, in the order of the list, each once. */
export function signInMeansIn(amr: readonly string[]): readonly SignInMeans[] {
	return signInMeans.filter((means) => amr.includes(means));
}
