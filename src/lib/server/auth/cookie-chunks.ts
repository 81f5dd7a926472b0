/**
 * A value too large for one cookie, spread over `name.0`, `name.1`, …: browsers keep 4096 bytes per cookie, name and
 * attributes included (RFC 6265bis 5.6).
 */
const CHUNK_BYTES = 3800;

const MAX_CHUNKS = 4;

/** A response that deletes more would have too large a head; whatever is left is deleted by the next. */
const MAX_LEFTOVERS = 8;

export interface CookieText {
	readonly name: string;
	readonly value: string;
}

/**
 * Joins the chunks of a cookie: the exact name, or an unbroken run from `.0`; look-alikes are ignored.
 * @param get a cookie of the request, by name
 */
export function joinChunks(name: string, get: (name: string) => string | undefined): string | null {
	const whole = get(name);
	if (whole) return whole;
	const parts: string[] = [];
	for (let index = 0; index < MAX_CHUNKS; index++) {
		const part = get(`${name}.${index}`);
		if (!part) break;
		parts.push(part);
	}
	return parts.length > 0 ? parts.join('') : null;
}

/** The cookies to set for a value; null when it takes more than four. */
export function splitChunks(name: string, value: string): readonly CookieText[] | null {
	if (value.length <= CHUNK_BYTES) return [{ name, value }];
	const count = Math.ceil(value.length / CHUNK_BYTES);
	if (count > MAX_CHUNKS) return null;
	return Array.from({ length: count }, (_, index) => ({
		name: `${name}.${index}`,
		value: value.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
	}));
}

/** The names among a request's cookies that the new set does not overwrite, and that have to be deleted. */
export function leftoverChunks(name: string, received: readonly string[], kept: readonly CookieText[]): string[] {
	const keptNames = new Set(kept.map((cookie) => cookie.name));
	const isChunk = (text: string) =>
		text === name || (text.startsWith(`${name}.`) && /^\d+$/.test(text.slice(name.length + 1)));
	return received.filter((known) => isChunk(known) && !keptNames.has(known)).slice(0, MAX_LEFTOVERS);
}
