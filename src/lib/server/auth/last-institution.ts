import type { Cookies } from '@sveltejs/kit';
import type { Institution } from '../sts/institutions';
import { cookieAttributes, cookieName } from '../http/cookies';

const HALF_YEAR_SECONDS = 182 * 24 * 60 * 60;
/** A longer id would crowd the cookies that matter. */
const MOST_CHARACTERS = 128;

const name = () => cookieName('institution');

/** Keeps which institution was chosen, so that it stands first the next time, until somebody signs out. An id from the public list, no secret. */
export function rememberInstitution(cookies: Cookies, id: string | null): void {
	if (!id || id.length > MOST_CHARACTERS) return;
	cookies.set(name(), id, { ...cookieAttributes(), maxAge: HALF_YEAR_SECONDS });
}

/** Forgets it when somebody signs out: the computer may be shared. */
export function forgetInstitution(cookies: Cookies): void {
	if (cookies.get(name()) !== undefined) cookies.delete(name(), cookieAttributes());
}

/** The institution that this browser chose last, if it is one of these still. */
export function lastInstitution(cookies: Cookies, listed: readonly Institution[]): Institution | null {
	const id = cookies.get(name());
	return listed.find((institution) => institution.id === id) ?? null;
}
