/**
 * The first characters of some content's SHA-256, base64url: to tell versions of a file apart.
 * @param characters 43 for the whole; each is worth six bits
 */
export async function digestOf(content: Uint8Array<ArrayBuffer>, characters: number): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', content);
	return Buffer.from(digest).toString('base64url').slice(0, characters);
}
