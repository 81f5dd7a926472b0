/**
 * Maximum size of one chunk. A value that is too large for one cookie is split over `name.0`, `name.1`, …: browsers
 * accept at most 4096 bytes per cookie, name and attributes included (RFC 6265bis 5.6).
 */
const CHUNK_BYTES = 3800;

const MAX_CHUNKS = 4;

/** Deleting more cookies would make the headers of the response too large. The next response deletes the rest. */
const MAX_LEFTOVERS = 8;

export interface CookieText {
	readonly name: string;
	readonly value: string;
}

/**
 * Reads a cookie that may be split: the cookie with the exact name, or else the chunks from `.0` on without gaps,
 * joined. Cookies with similar names are ignored.
 * @param get returns a cookie of the request by name
 * @returns null if there is no such cookie
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

/** The cookies to set for a value; null if it needs more than four. */
export function splitChunks(name: string, value: string): readonly CookieText[] | null {
	if (value.length <= CHUNK_BYTES) return [{ name, value }];
	const count = Math.ceil(value.length / CHUNK_BYTES);
	if (count > MAX_CHUNKS) return null;
	return Array.from({ length: count }, (_, index) => ({
		name: `${name}.${index}`,
		value: value.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
	}));
}

/** The names of chunks in a request that the new cookies do not overwrite and that must be deleted, at most eight. */
export function leftoverChunks(name: string, received: readonly string[], kept: readonly CookieText[]): string[] {
	const keptNames = new Set(kept.map((cookie) => cookie.name));
	const isChunk = (text: string) =>
		text === name || (text.startsWith(`${name}.`) && /^\d+$/.test(text.slice(name.length + 1)));
	return received.filter((known) => isChunk(known) && !keptNames.has(known)).slice(0, MAX_LEFTOVERS);
}
