import { createLocalJWKSet, errors, importJWK, type JWK, type JWTHeaderParameters, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import { readList, readStrings, reportDropped } from '../upstream/lenient';

/** After this long the keys are fetched again, so that one that the STS has withdrawn is let go of. */
const FRESH_MS = 10 * 60_000;
/** Between two fetches that strangers cause, whether the keys came or not. */
const REST_MS = 30_000;

/** What the STS publishes for whoever checks its tokens. */
export interface Published {
	readonly issuer: string;
	/** The algorithms it signs ID tokens with, as discovery lists them. */
	readonly idTokenAlgorithms: readonly string[];
	/** The response of `jwks_uri`, as it came. */
	readonly jwks: unknown;
}

/** The same, ready to check a signature with. */
export interface StsKeys extends Omit<Published, 'jwks'> {
	readonly find: KeyFinder;
}

/** A token was not checked because the STS's keys can't be had: that says nothing about the token. */
export class KeysUnavailable extends Error {
	override readonly name = 'KeysUnavailable';
}

export interface KeyRing {
	/**
	 * The keys to check a token by. A key id that is not among them makes them be fetched anew: for a stranger's token at
	 * most once in 30 s however many ids come, for one that the STS itself has just handed over at once.
	 * @throws {KeysUnavailable} when the token's key is not known, and the STS did not answer
	 */
	keysFor(header: JWTHeaderParameters, from: 'sts' | 'stranger'): Promise<StsKeys>;
	/**
	 * Fetches the keys again after a signature was wrong, under the same limit.
	 * @returns null while they must not be fetched
	 * @throws {KeysUnavailable} when the STS did not answer: the signature may be that of a new key
	 */
	reloaded(from: 'sts' | 'stranger'): Promise<StsKeys | null>;
}

interface KeyRingOptions {
	readonly load: () => Promise<Published>;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/** Keeps the STS's keys. Known ones serve on while the STS is away; a fetch is shared by all who wait for it. */
export function createKeyRing({ load, now = () => performance.now() }: KeyRingOptions): KeyRing {
	let held: StsKeys | undefined;
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
			held = { ...published, find: keyFinder(await readKeySet(jwks)) };
			hasFailed = false;
			return held;
		} catch (cause) {
			hasFailed = true;
			throw new KeysUnavailable('the keys of the STS could not be fetched', { cause });
		}
	}

	/** Only the first caller waits for a refresh of stale keys; after a failure nobody waits. */
	async function renewed(known: StsKeys): Promise<StsKeys> {
		if (now() < askedMs + (hasFailed ? REST_MS : FRESH_MS)) return known;
		const fresh = reload().catch(() => known);
		return hasFailed ? known : fresh;
	}

	return {
		async keysFor(header, from) {
			if (held && (await knows(held, header))) return renewed(held);
			if (from === 'sts' || loading || now() >= askedMs + REST_MS) return reload();
			if (!held || hasFailed)
				throw new KeysUnavailable('the key of a token is not known, and the STS was asked just now');
			return held;
		},

		async reloaded(from) {
			if (from === 'stranger' && now() < askedMs + REST_MS) return null;
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
/** Shorter RSA keys must not be used (RFC 7518, 3.3): no signature is checked with them. */
const MIN_RSA_BITS = 2048;

/** What an issuer's key pair signs; `none` and HMAC (a shared secret) never count, whatever discovery lists. */
export const signatureAlgorithms = [
	...['RS', 'PS', 'ES'].flatMap((family) => [`${family}256`, `${family}384`, `${family}512`]),
	'EdDSA',
	'Ed25519'
];

/** The algorithm to try a key with that names none; other types of keys are not used to verify signatures. */
const algorithmsByType: Readonly<Record<string, string>> = {
	RSA: 'RS256',
	'P-256': 'ES256',
	'P-384': 'ES384',
	'P-521': 'ES512',
	Ed25519: 'Ed25519'
};

const optional = v.optional(v.unknown());
/** What is read of a key, apart from its type and operations; `d` is there to recognise a private key. */
const texts = ['kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e', 'd', 'k'] as const;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** A key (RFC 7517, 4). Members of the wrong type count as absent, and unknown ones are dropped. */
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

/** The keys of a key set (RFC 7517, 5). */
const KeySet = v.pipe(
	v.object({ keys: v.array(v.unknown()) }),
	v.transform(({ keys }) => readList(LIST, keys, Key, { max: MAX_KEYS, keyOf: (key) => JSON.stringify(key) }))
);

/**
 * The keys of a key set that can be used. Entries that are no keys, and public keys that can't be imported, are dropped.
 * @throws {ValiError} when it is no key set
 * @throws {TypeError} when none can be used, or there is none: what was cached before is better than nothing
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
	// Not for signatures: such a key is never chosen.
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

/** Finds keys by a token's header, and tells which key ids there are. */
type KeyFinder = JWTVerifyGetKey & { readonly hasId: (kid: string) => boolean };

/**
 * Finds the key for a token: by its key id, else among the keys without an id (RFC 7515, 4.1.4). Where several fit, jose
 * throws {@link errors.JWKSMultipleMatchingKeys}, which lists them.
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
