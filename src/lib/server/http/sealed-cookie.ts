import * as v from 'valibot';
import { createBoundedCache } from '../cache';
import { type Codec, createSeal, type Opened, type Seal } from '../seal';
import { config } from '../config';

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
