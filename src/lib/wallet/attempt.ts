/**
 * A random UUID (RFC 9562 5.4) that identifies one form. A double click sends the same form twice, and the server then
 * creates one code only. `crypto.randomUUID` is missing in browsers if the portal is not served over https, as in
 * development.
 */
export function newAttempt(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	bytes.set([((bytes[6] ?? 0) & 0x0f) | 0x40], 6);
	bytes.set([((bytes[8] ?? 0) & 0x3f) | 0x80], 8);
	const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
