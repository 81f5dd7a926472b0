import { builtin } from './runtime';

/**
 * Authenticated encryption of values in cookies and in the shared store (RFC 5116 AEAD, AES-256-GCM). Keys are derived
 * once per secret and purpose (HKDF, RFC 5869), so that opening needs no key derivation per request. The values are small:
 * Web Crypto's job for each operation would take ten times as long as the operation itself (docs/performance.md).
 *
 * Layout, base64url: key id (4 bytes) · nonce (12) · ciphertext and tag.
 */
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
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
	readonly id: Buffer;
	/** The first characters of a text that was sealed with this key. */
	readonly prefix: string;
	readonly key: Buffer;
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
	seal(value: unknown): string;
	/** Opens a text that was sealed for this purpose with any of the secrets; null for anything else. Never throws. */
	open(text: string): Opened | null;
	/** Whether a text names one of this seal's keys. This needs no cryptography, and proves nothing. */
	recognizes(text: string): boolean;
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
	const additionalData = Buffer.from(purpose);
	let derived: readonly SealKey[] | undefined;
	const keys = () => (derived ??= secrets.map((secret) => deriveKey(secret, purpose)));
	/** The index of the key that a text names; -1 if it names none. */
	const keyIndex = (text: string) => keys().findIndex(({ prefix }) => text.startsWith(prefix));

	return {
		seal(value) {
			const [first] = keys();
			if (!first) throw new Error('a seal needs a secret');
			const nonce = crypto.getRandomValues(Buffer.alloc(NONCE_BYTES));
			const cipher = builtin.crypto().createCipheriv(CIPHER, first.key, nonce).setAAD(additionalData);
			const sealed = [cipher.update(codec.encode(value)), cipher.final(), cipher.getAuthTag()];
			return Buffer.concat([first.id, nonce, ...sealed]).toString('base64url');
		},

		open(text) {
			const index = keyIndex(text);
			const match = keys()[index];
			if (!match) return null;
			const bytes = Buffer.from(text, 'base64url');
			// Decoding ignores invalid characters. Each value must have exactly one encoding.
			if (bytes.toString('base64url') !== text || !bytes.subarray(0, KEY_ID_BYTES).equals(match.id)) return null;
			if (bytes.length < SEAL_BYTES) return null;
			const nonce = bytes.subarray(KEY_ID_BYTES, KEY_ID_BYTES + NONCE_BYTES);
			const decipher = builtin
				.crypto()
				.createDecipheriv(CIPHER, match.key, nonce, { authTagLength: TAG_BYTES })
				.setAAD(additionalData)
				.setAuthTag(bytes.subarray(-TAG_BYTES));
			try {
				const plain = [decipher.update(bytes.subarray(KEY_ID_BYTES + NONCE_BYTES, -TAG_BYTES)), decipher.final()];
				const { value, stale } = codec.decode(Buffer.concat(plain));
				return { value, stale: stale || (index > 0 && 'secret') };
			} catch {
				return null;
			}
		},

		recognizes: (text) => keyIndex(text) >= 0
	};
}

function deriveKey(secret: string, purpose: string): SealKey {
	const hkdf = (info: string, bytes: number) =>
		Buffer.from(builtin.crypto().hkdfSync('sha256', secret, 'eduid-wallet-portal', `${info} ${purpose}`, bytes));
	const id = hkdf('key id', KEY_ID_BYTES);
	return { id, prefix: id.toString('base64url').slice(0, KEY_ID_CHARACTERS), key: hkdf('key', KEY_BYTES) };
}

/**
 * The SHA-256 of a text or of bytes, in base64url (43 characters). It is calculated synchronously: for small content, Web Crypto's
 * job takes longer than the digest.
 */
export function sha256(content: string | Uint8Array): string {
	return builtin.crypto().createHash('sha256').update(content).digest('base64url');
}

/**
 * The first characters of the SHA-256 of some content, in base64url, to distinguish versions of a file. By Web Crypto, because the brand
 * files need it at the start, where Deno would have to load `node:crypto` for it.
 * @param characters 43 for the whole digest; each character encodes six bits
 */
export async function digestOf(content: Uint8Array<ArrayBuffer>, characters: number): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', content);
	return Buffer.from(digest).toString('base64url').slice(0, characters);
}
