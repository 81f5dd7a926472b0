import { createLocalJWKSet, errors, importJWK, type JWK, type JWTHeaderParameters, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import { readList, readStrings, reportDropped } from '../upstream/lenient';

/** The keys are fetched again after this time, so that a key that the STS has withdrawn is dropped. */
const FRESH_MS = 10 * 60_000;
/** Minimum time between two fetches that untrusted tokens cause, whether they succeed or fail. */
const COOLDOWN_MS = 30_000;

/** What the STS publishes for the verification of its tokens. */
export interface Published {
	readonly issuer: string;
	/** The algorithms with which it signs ID tokens, as discovery lists them. */
	readonly idTokenAlgorithms: readonly string[];
	/** The JSON of the `jwks_uri` response, not validated. */
	readonly jwks: unknown;
}

/** The same, ready to verify signatures with. */
export interface StsKeys extends Omit<Published, 'jwks'> {
	readonly find: KeyFinder;
}

/** A token was not verified because the STS's keys are unavailable. This says nothing about the token. */
export class KeysUnavailable extends Error {
	override readonly name = 'KeysUnavailable';
}

export interface KeyRing {
	/**
	 * Returns the keys to verify a token with. An unknown key id causes a new fetch: immediately for a token that came directly
	 * from the STS, and at most once in 30 s for untrusted tokens, regardless of the number of key ids.
	 * @throws {KeysUnavailable} if the token's key is unknown and the STS did not respond
	 */
	keysFor(header: JWTHeaderParameters, from: 'sts' | 'untrusted'): Promise<StsKeys>;
	/**
	 * Fetches the keys again after a signature was wrong, under the same limit.
	 * @returns null while no fetch is allowed
	 * @throws {KeysUnavailable} if the STS did not respond: the signature may be that of a new key
	 */
	reloaded(from: 'sts' | 'untrusted'): Promise<StsKeys | null>;
}

interface KeyRingOptions {
	readonly load: () => Promise<Published>;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/** Caches the STS's keys. Known keys stay in use while the STS is unavailable. Concurrent callers share one fetch. */
export function createKeyRing({ load, now = () => performance.now() }: KeyRingOptions): KeyRing {
	let cached: StsKeys | undefined;
	let loading: Promise<StsKeys> | undefined;
	let askedMs = -Infinity;
	let hasFailed = false;

	function reload(): Promise<StsKeys> {
		return (loading ??= fetchKeys().finally(() => (loading = undefined)));
	}

	async function fetchKeys(): Promise<StsKeys> {
		askedMs = now();
		try {
			const { jwks, ...published } = await load();
			cached = { ...published, find: keyFinder(await readKeySet(jwks)) };
			hasFailed = false;
			return cached;
		} catch (cause) {
			hasFailed = true;
			throw new KeysUnavailable('the keys of the STS could not be fetched', { cause });
		}
	}

	/** Only the first caller waits for a refresh of stale keys. After a failure, no caller waits. */
	async function refreshed(known: StsKeys): Promise<StsKeys> {
		if (now() < askedMs + (hasFailed ? COOLDOWN_MS : FRESH_MS)) return known;
		const fresh = reload().catch(() => known);
		return hasFailed ? known : fresh;
	}

	return {
		async keysFor(header, from) {
			if (cached && (await knows(cached, header))) return refreshed(cached);
			if (from === 'sts' || loading || now() >= askedMs + COOLDOWN_MS) return reload();
			if (!cached || hasFailed) throw new KeysUnavailable('unknown key id; the keys were fetched a moment ago');
			return cached;
		},

		async reloaded(from) {
			if (from === 'untrusted' && now() < askedMs + COOLDOWN_MS) return null;
			return reload();
		}
	};
}

async function knows({ find }: StsKeys, header: JWTHeaderParameters): Promise<boolean> {
	try {
		await find(header, { payload: '', signature: '' });
		return true;
	} catch (error) {
		return !(error instanceof errors.JWKSNoMatchingKey);
	}
}

/** Far more keys than any STS publishes. */
const MAX_KEYS = 100;
const LIST = 'keys of the STS';
/** Shorter RSA keys must not be used (RFC 7518 3.3), so no signature is verified with them. */
const MIN_RSA_BITS = 2048;

/**
 * The algorithms that sign with a key pair. `none` and HMAC (a shared secret) are never accepted, even if discovery lists
 * them.
 */
export const signatureAlgorithms = [
	...['RS', 'PS', 'ES'].flatMap((family) => [`${family}256`, `${family}384`, `${family}512`]),
	'EdDSA',
	'Ed25519'
];

/** The algorithm for a key that names none, by key type or curve. Other types of keys are not used to verify signatures. */
const algorithmsByType: Readonly<Record<string, string>> = {
	RSA: 'RS256',
	'P-256': 'ES256',
	'P-384': 'ES384',
	'P-521': 'ES512',
	Ed25519: 'Ed25519'
};

const optional = v.optional(v.unknown());
/** The members of a key that are read, apart from its type and operations. `d` identifies a private key. */
const texts = ['kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e', 'd', 'k'] as const;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** A key (RFC 7517 4). Members of the wrong type count as absent, and unknown members are dropped. */
const Key = v.pipe(
	v.looseObject({ kty: v.string(), kid: optional }),
	v.transform(({ kty, kid, key_ops, ...key }): JWK => {
		const operations = readStrings(key_ops);
		const named: Readonly<Record<string, unknown>> = { ...key, kid: typeof kid === 'number' ? String(kid) : kid };
		return {
			kty,
			...Object.fromEntries(
				texts.map((name) => [name, text(named[name])] as const).filter(([, value]) => value !== undefined)
			),
			...(operations.length > 0 && { key_ops: operations })
		};
	})
);

/** The keys of a key set (RFC 7517 5). */
const KeySet = v.pipe(
	v.object({ keys: v.array(v.unknown()) }),
	v.transform(({ keys }) => readList(LIST, keys, Key, { max: MAX_KEYS, keyOf: (key) => JSON.stringify(key) }))
);

/**
 * The usable keys of a key set. Entries that are not keys, and public keys that can't be imported, are dropped.
 * @throws {ValiError} if the value is not a key set
 * @throws {TypeError} if it has no usable key, so that the cached keys stay in use
 */
export async function readKeySet(value: unknown): Promise<readonly JWK[]> {
	const keys = v.parse(KeySet, value);
	const checked = await Promise.all(keys.map(isUsable));
	const usable = keys.filter((_, index) => checked[index]);
	reportDropped(LIST, { used: usable.length, total: keys.length });
	if (usable.length === 0) throw new TypeError('none of the keys of the STS can be used');
	return usable;
}

async function isUsable(key: JWK): Promise<boolean> {
	if (['EC', 'OKP'].includes(key.kty ?? '') && typeof key.crv !== 'string') return false;
	const alg = key.alg ?? algorithmsByType[key.crv ?? key.kty ?? ''];
	// The key is not for signatures, so it is never chosen.
	if (alg === undefined || !signatureAlgorithms.includes(alg)) return true;
	try {
		const imported = await importJWK(key, alg);
		if (imported instanceof Uint8Array || imported.type !== 'public') return false;
		const { modulusLength } = imported.algorithm as { readonly modulusLength?: number };
		return modulusLength === undefined || modulusLength >= MIN_RSA_BITS;
	} catch {
		return false;
	}
}

/** Finds a key by a token's header. `hasId` returns whether there is a key with an id. */
type KeyFinder = JWTVerifyGetKey & { readonly hasId: (kid: string) => boolean };

/**
 * Finds the key for a token: by its key id, or else among the keys without an id (RFC 7515 4.1.4). If several keys match,
 * jose throws {@link errors.JWKSMultipleMatchingKeys}, which lists them.
 */
export function keyFinder(keys: readonly JWK[]): KeyFinder {
	const all = createLocalJWKSet({ keys: [...keys] });
	const unnamed = createLocalJWKSet({ keys: keys.filter(({ kid }) => kid === undefined) });
	const find: JWTVerifyGetKey = async ({ kid, ...header }: JWTHeaderParameters, token) => {
		if (kid === undefined) return all(header, token);
		try {
			return await all({ ...header, kid }, token);
		} catch (error) {
			if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
			return unnamed(header, token);
		}
	};
	return Object.assign(find, { hasId: (wanted: string) => keys.some(({ kid }) => kid === wanted) });
}
