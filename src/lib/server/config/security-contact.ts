import * as v from 'valibot';
import { isCalendarDate, list } from './fields';

const NO_CONTACT = 'must be e-mail addresses, or mailto:, tel: or https:// URIs, separated by spaces';
const NO_TIME = 'must be a date such as 2027-06-30, or a time such as 2027-06-30T12:00:00Z';

const contacts = v.pipe(
	list,
	v.minLength(1, NO_CONTACT),
	v.maxLength(10, 'must be at most 10 contacts'),
	v.mapItems((text) => (/^[^\s:/@]+@[^\s:/@]+$/.test(text) ? `mailto:${text}` : text)),
	v.everyItem(isContact, NO_CONTACT)
);

const time = v.pipe(
	v.string(),
	v.check(
		(text) =>
			/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))?$/.test(text) &&
			isCalendarDate(text.slice(0, 10)) &&
			!Number.isNaN(Date.parse(text)),
		NO_TIME
	),
	v.transform((text) => Date.parse(text))
);

/** RFC 9116 2.5.7 requires https. The URL parser drops line breaks, which would begin another field of the file. */
const policy = v.pipe(
	v.string(),
	v.check((text) => /^https:/i.test(text) && isContact(text), 'must be an https:// URL, without spaces')
);

/** What `/.well-known/security.txt` says (RFC 9116). */
export const securityContactEntries = {
	SECURITY_CONTACT: v.optional(contacts),
	SECURITY_EXPIRES: v.optional(time),
	SECURITY_POLICY_URL: v.optional(policy)
};

const SecurityEnvironment = v.object(securityContactEntries);
type SecurityEnvironment = v.InferOutput<typeof SecurityEnvironment>;

/** Whom to tell about a vulnerability, and until when (Unix milliseconds). */
interface SecurityContact {
	readonly contacts: readonly string[];
	readonly expiresAtMs: number;
	readonly policy: string | undefined;
}

/** Whether the contact has no end. RFC 9116 2.5.5 requires one, so that an outdated file is not used. */
export const lacksExpiry = (env: Partial<Record<keyof SecurityEnvironment, unknown>>): boolean =>
	env.SECURITY_CONTACT !== undefined && env.SECURITY_EXPIRES === undefined;

/** Whether another setting of the file is set, but no contact. */
export const lacksContact = (env: Partial<Record<keyof SecurityEnvironment, unknown>>): boolean =>
	env.SECURITY_CONTACT === undefined && (env.SECURITY_EXPIRES ?? env.SECURITY_POLICY_URL) !== undefined;

export function arrangeSecurityContact(env: SecurityEnvironment): SecurityContact | null {
	const { SECURITY_CONTACT: contacts, SECURITY_EXPIRES: expiresAtMs, SECURITY_POLICY_URL: policy } = env;
	return contacts === undefined || expiresAtMs === undefined ? null : { contacts, expiresAtMs, policy };
}

/** The file, as RFC 9116 2 describes it. */
export function securityText({ contacts, expiresAtMs, policy }: SecurityContact, origin: string): string {
	const fields = [
		...contacts.map((contact) => ['Contact', contact]),
		['Expires', new Date(expiresAtMs).toISOString().replace('.000Z', 'Z')],
		...(policy === undefined ? [] : [['Policy', policy]]),
		['Preferred-Languages', 'nl, en'],
		['Canonical', `${origin}/.well-known/security.txt`]
	];
	return fields.map(([name, value]) => `${name}: ${value}\n`).join('');
}

function isContact(text: string): boolean {
	if (!/^(?:mailto:[^\s@]+@[^\s@]+|tel:\+?[\d().-]{3,25}|https:\/\/\S+)$/i.test(text) || !URL.canParse(text))
		return false;
	const { username, password } = new URL(text);
	return username === '' && password === '';
}
