import * as v from 'valibot';
import { createBoundedCache } from './cache';
import { config } from './config';

/**
 * Authenticated encryption for what a browser carries for us (RFC 5116 AEAD, AES-256-GCM). Keys are derived
 * once per secret and purpose (HKDF, RFC 5869), so opening costs no key derivation per request.
 *
 * Layout, base64url: key id (4 bytes) · nonce (12) · ciphertext and tag.
 */
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What a seal adds to the bytes of a value. */
export const SEAL_BYTES = KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
/** So many characters of a sealed text hold the key id and nothing else. */
const KEY_ID_CHARACTERS = 5;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface SealKey {
	readonly id: Uint8Array<ArrayBuffer>;
	/** What a text that was sealed with this key begins with. */
	readonly prefix: string;
	readonly key: CryptoKey;
}

/** What opening a sealed text gives. */
export interface Opened<Value = unknown> {
	readonly value: Value;
	/** Why it should be sealed again: another secret than the first sealed it, or it has another format than the configured one. */
	readonly stale: false | 'secret' | 'format';
}

export interface Seal {
	/** Seals a value with the first secret. */
	seal(value: unknown): Promise<string>;
	/** Opens what any of the secrets sealed for this purpose; null for anything else. Never throws. */
	open(text: string): Promise<Opened | null>;
	/** Whether a text names one of our keys. Costs no cryptography, and proves nothing. */
	recognises(text: string): Promise<boolean>;
}

/** How a value becomes the bytes that are sealed. */
export interface Codec {
	encode(value: unknown): Uint8Array<ArrayBuffer>;
	/** @throws for bytes that hold no value */
	decode(bytes: Uint8Array<ArrayBuffer>): Opened;
}

export const jsonCodec: Codec = {
	encode: (value) => encoder.encode(JSON.stringify(value)),
	decode: (bytes) => ({ value: JSON.parse(decoder.decode(bytes)) as unknown, stale: false })
};

/**
 * @param secrets the first seals, all open
 * @param purpose separates keys: what is sealed for one purpose can't be opened for another
 */
export function createSeal(secrets: readonly string[], purpose: string, codec: Codec = jsonCodec): Seal {
	const keys = Promise.all(secrets.map((secret) => deriveKey(secret, purpose)));
	const additionalData = encoder.encode(purpose);

	/** The index of the key that a text names; -1 where it names none. */
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
			// Decoding skips what it doesn't know: one value has one spelling.
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

/** A browser that polls sends the same cookies each time; what a sealed text holds never changes. */
const CACHE_TTL_MS = 60_000;
/** For all purposes together. An entry takes its text, a value of up to twice that size (packed tokens), and itself. */
export const CACHE_BYTES = 32 * 1024 ** 2;
const VALUE_BYTES = 256;
const MAX_CACHED_CHARACTERS = 8192;
/** Longer than all the cookies of one value together. */
const MAX_SEALED_CHARACTERS = 16_384;
/** One request has a session, a login transaction, a flow and wallet sessions to open, and each of them once. */
const MAX_OPENINGS_PER_REQUEST = 16;
/** A sealed text ends with its authentication tag of 16 bytes: a short key, where the whole text has 4 kB. */
const TAG_CHARACTERS = 22;

/** A seal for values of one shape. */
interface SealOf<Value> {
	/** Seals with the first secret. */
	seal(value: Value): Promise<string>;
	/** Opens what any of the secrets sealed for this purpose, if it has that shape; null for anything else. Never throws. */
	open(text: string): Promise<Opened<Readonly<Value>> | null>;
	/**
	 * The same for a text that came with a request: each is opened once, and at most 16 of one request; beyond that all is null.
	 * @param cookies stands for the request
	 */
	openFor(cookies: object, text: string | undefined): Promise<Opened<Readonly<Value>> | null>;
	/** Whether a text names one of the portal's keys for this purpose. Costs no cryptography, and proves nothing. */
	recognises(text: string): Promise<boolean>;
}

interface CacheEntry {
	readonly text: string;
	readonly opened: Opened;
}

/** Only what opened is cached: nobody who has no cookie of ours can fill it. */
const cache = createBoundedCache<CacheEntry>({
	maxBytes: CACHE_BYTES,
	bytesOf: ({ text }) => VALUE_BYTES + 3 * text.length,
	ttlMs: CACHE_TTL_MS
});

/** What has been opened, or tried, for each request. */
const openings = new WeakMap<object, Map<string, Promise<Opened | null>>>();

/**
 * The seal for one purpose under the configured secrets; its keys are derived once per process, when it is first used.
 * @param purpose what is sealed for one can't be opened for another
 */
export function sealOf<Value>(
	purpose: string,
	schema: v.GenericSchema<unknown, Value>,
	codec?: () => Codec
): SealOf<Value> {
	let made: Seal | undefined;
	const get = () => (made ??= createSeal(config().secrets, purpose, codec?.()));

	async function open(text: string): Promise<Opened<Value> | null> {
		if (text.length > MAX_SEALED_CHARACTERS) return null;
		const key = `${purpose} ${text.slice(-TAG_CHARACTERS)}`;
		const cached = cache.get(key);
		// Only this seal has written under this purpose.
		if (cached?.text === text) return cached.opened as Opened<Value>;
		const opened = await get().open(text);
		const parsed = v.safeParse(schema, opened?.value);
		if (!opened || !parsed.success) return null;
		const result = { value: parsed.output, stale: opened.stale };
		if (text.length <= MAX_CACHED_CHARACTERS) cache.set(key, { text: detached(text), opened: result });
		return result;
	}

	return {
		seal: (value) => get().seal(value),
		open,
		openFor(cookies, text) {
			if (text === undefined) return Promise.resolve(null);
			const opened = openings.get(cookies) ?? new Map<string, Promise<Opened | null>>();
			openings.set(cookies, opened);
			const key = `${purpose} ${text}`;
			if (!opened.has(key) && opened.size < MAX_OPENINGS_PER_REQUEST) opened.set(key, open(text));
			return (opened.get(key) ?? Promise.resolve(null)) as Promise<Opened<Value> | null>;
		},
		recognises: (text) => get().recognises(text)
	};
}

/** A copy of its own: a part of a header would keep the whole header in memory. */
function detached(text: string): string {
	return Buffer.from(text, 'latin1').toString('latin1');
}
