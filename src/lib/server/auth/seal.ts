/**
 * Authenticated encryption for what a browser carries for us (RFC 5116 AEAD, AES-256-GCM). Keys are derived
 * once per secret and purpose (HKDF, RFC 5869), so opening costs no key derivation per request.
 *
 * Layout, base64url: key id (4 bytes) · nonce (12) · ciphertext and tag.
 */
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface SealKey {
	readonly id: Uint8Array<ArrayBuffer>;
	readonly key: CryptoKey;
}

/** What opening a sealed text gives: the value, and whether an older secret sealed it. */
export interface Opened<Value = unknown> {
	readonly value: Value;
	readonly stale: boolean;
}

export interface Seal {
	/** Seals a JSON value with the newest secret. */
	seal(value: unknown): Promise<string>;
	/** Opens what any of the secrets sealed for this purpose; null for anything else. Never throws. */
	open(text: string): Promise<Opened | null>;
}

/**
 * @param secrets newest first; the first seals, all open
 * @param purpose separates keys: what is sealed for one purpose can't be opened for another
 */
export function createSeal(secrets: readonly string[], purpose: string): Seal {
	const keys = Promise.all(secrets.map((secret) => deriveKey(secret, purpose)));
	const additionalData = encoder.encode(purpose);

	return {
		async seal(value) {
			const [newest] = await keys;
			if (!newest) throw new Error('a seal needs a secret');
			const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
			const plain = encoder.encode(JSON.stringify(value));
			const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, newest.key, plain);
			return Buffer.concat([newest.id, iv, new Uint8Array(sealed)]).toString('base64url');
		},

		async open(text) {
			const bytes = Buffer.from(text, 'base64url');
			// Decoding skips what it doesn't know: one value has one spelling.
			if (bytes.toString('base64url') !== text) return null;
			const id = bytes.subarray(0, KEY_ID_BYTES);
			const candidates = await keys;
			const index = candidates.findIndex((candidate) => id.equals(candidate.id));
			const match = candidates[index];
			if (!match) return null;
			const iv = bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
			const sealed = bytes.subarray(KEY_ID_BYTES + NONCE_BYTES);
			try {
				const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, match.key, sealed);
				return { value: JSON.parse(decoder.decode(plain)) as unknown, stale: index > 0 };
			} catch {
				return null;
			}
		}
	};
}

async function deriveKey(secret: string, purpose: string): Promise<SealKey> {
	const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, [
		'deriveBits',
		'deriveKey'
	]);
	const hkdf = (info: string) => ({
		name: 'HKDF',
		hash: 'SHA-256',
		salt: encoder.encode('eduid-wallet-portal'),
		info: encoder.encode(`${info} ${purpose}`)
	});
	const id = await crypto.subtle.deriveBits(hkdf('key id'), material, KEY_ID_BYTES * 8);
	const key = await crypto.subtle.deriveKey(hkdf('key'), material, { name: 'AES-GCM', length: 256 }, false, [
		'encrypt',
		'decrypt'
	]);
	return { id: new Uint8Array(id), key };
}
