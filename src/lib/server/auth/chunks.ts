/**
 * A value too large for one cookie, spread over `name.0`, `name.1`, …: browsers keep 4096 bytes per cookie, name and
 * attributes included (RFC 6265bis 5.6).
 */
const CHUNK_BYTES = 3800;
const MOST_CHUNKS = 4;
/**
 * All cookies of ours together stay below 7 kB, for proxies refuse larger request headers: this for the session, and room
 * for a sign-in under way.
 */
export const MOST_SESSION_BYTES = 4900;

export interface CookieText {
	readonly name: string;
	readonly value: string;
}

/** The cookies of a request, by name. */
export type CookieTexts = Readonly<Record<string, string | undefined>>;

/** Joins the chunks of a cookie: the exact name, or an unbroken run from `.0`; look-alikes are ignored. */
export function joinChunks(name: string, cookies: CookieTexts): string | null {
	const whole = cookies[name];
	if (whole) return whole;
	const parts: string[] = [];
	for (let index = 0; index < MOST_CHUNKS; index++) {
		const part = cookies[`${name}.${index}`];
		if (!part) break;
		parts.push(part);
	}
	return parts.length > 0 ? parts.join('') : null;
}

/** The cookies to set for a value; null when it takes more than four. */
export function splitChunks(name: string, value: string): readonly CookieText[] | null {
	if (value.length <= CHUNK_BYTES) return [{ name, value }];
	const count = Math.ceil(value.length / CHUNK_BYTES);
	if (count > MOST_CHUNKS) return null;
	return Array.from({ length: count }, (_, index) => ({
		name: `${name}.${index}`,
		value: value.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
	}));
}

/** Names of earlier chunks in this request that the new set doesn't overwrite, and that have to go. */
export function leftoverChunks(name: string, cookies: CookieTexts, kept: readonly CookieText[]): string[] {
	const pattern = new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:\\.\\d+)?$`);
	const keptNames = new Set(kept.map((cookie) => cookie.name));
	return Object.keys(cookies).filter((known) => pattern.test(known) && !keptNames.has(known));
}
