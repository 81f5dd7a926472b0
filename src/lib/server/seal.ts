/**
 * Authenticated encryption for values that a browser stores for the portal (RFC 5116 AEAD, AES-256-GCM). Keys are derived
 * once per secret and purpose (HKDF, RFC 5869), so that opening needs no key derivation per request.
 *
 * Layout, base64url: key id (4 bytes) · nonce (12) · ciphertext and tag.
 */
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** How many bytes a seal adds to a value. */
export const SEAL_BYTES = KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
/** The number of characters at the start of a sealed text that encode only the key id. */
const KEY_ID_CHARACTERS = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface SealKey {
	readonly id: Uint8Array<ArrayBuffer>;
	/** The first characters of a text that was sealed with this key. */
	readonly prefix: string;
	readonly key: CryptoKey;
}

/** The result of opening a sealed text. */
export interface Opened<Value = unknown> {
	readonly value: Value;
	/**
	 * Why the value should be sealed again: it was not sealed with the first secret, or it is not in the configured format.
	 */
	readonly stale: false | 'secret' | 'format';
}

export interface Seal {
	/** Seals a value with the first secret. */
	seal(value: unknown): Promise<string>;
	/** Opens a text that was sealed for this purpose with any of the secrets; null for anything else. Never throws. */
	open(text: string): Promise<Opened | null>;
	/** Whether a text names one of this seal's keys. This needs no cryptography, and proves nothing. */
	recognises(text: string): Promise<boolean>;
}

/** How a value is encoded before it is sealed. */
export interface Codec {
	encode(value: unknown): Uint8Array<ArrayBuffer>;
	/** @throws for bytes that contain no value */
	decode(bytes: Uint8Array<ArrayBuffer>): Opened;
}

export const jsonCodec: Codec = {
	encode: (value) => encoder.encode(JSON.stringify(value)),
	decode: (bytes) => ({ value: JSON.parse(decoder.decode(bytes)) as unknown, stale: false })
};

/**
 * @param secrets the first one seals; all of them open
 * @param purpose separates keys: what is sealed for one purpose can't be opened for another
 */
export function createSeal(secrets: readonly string[], purpose: string, codec: Codec = jsonCodec): Seal {
	const keys = Promise.all(secrets.map((secret) => deriveKey(secret, purpose)));
	const additionalData = encoder.encode(purpose);

	/** The index of the key that a text names; -1 if it names none. */
	async function keyIndex(text: string): Promise<number> {
		return (await keys).findIndex(({ prefix }) => text.startsWith(prefix));
	}

	return {
		async seal(value) {
			const [first] = await keys;
			if (!first) throw new Error('a seal needs a secret');
			const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
			const sealed = await crypto.subtle.encrypt(
				{ name: 'AES-GCM', iv, additionalData },
				first.key,
				codec.encode(value)
			);
			return Buffer.concat([first.id, iv, new Uint8Array(sealed)]).toString('base64url');
		},

		async open(text) {
			const index = await keyIndex(text);
			const match = (await keys)[index];
			if (!match) return null;
			const bytes = Buffer.from(text, 'base64url');
			// Decoding ignores invalid characters. Each value must have exactly one encoding.
			if (bytes.toString('base64url') !== text || !bytes.subarray(0, KEY_ID_BYTES).equals(match.id)) return null;
			const iv = bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
			const sealed = bytes.subarray(KEY_ID_BYTES + NONCE_BYTES);
			try {
				const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, match.key, sealed);
				const { value, stale } = codec.decode(new Uint8Array(plain));
				return { value, stale: stale || (index > 0 && 'secret') };
			} catch {
				return null;
			}
		},

		recognises: async (text) => (await keyIndex(text)) >= 0
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
	const id = new Uint8Array(await crypto.subtle.deriveBits(hkdf('key id'), material, KEY_ID_BYTES * 8));
	const key = await crypto.subtle.deriveKey(hkdf('key'), material, { name: 'AES-GCM', length: 256 }, false, [
		'encrypt',
		'decrypt'
	]);
	const prefix = Buffer.from(id).toString('base64url').slice(0, KEY_ID_CHARACTERS);
	return { id, prefix, key };
}
