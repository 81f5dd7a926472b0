import { builtin } from './runtime';

/**
 * The SHA-256 of a short text, in base64url (43 characters). It is calculated at once: for a short text, Web Crypto's job
 * takes longer than the digest.
 */
export function sha256(text: string): string {
	return builtin.crypto().createHash('sha256').update(text).digest('base64url');
}

/**
 * The first characters of the SHA-256 of some content, in base64url, to distinguish versions of a file.
 * @param characters 43 for the whole digest; each character encodes six bits
 */
export async function digestOf(content: Uint8Array<ArrayBuffer>, characters: number): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', content);
	return Buffer.from(digest).toString('base64url').slice(0, characters);
}
