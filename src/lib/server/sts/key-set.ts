import { createLocalJWKSet, errors, importJWK, type JWK, type JWTHeaderParameters, type JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import { readList, readStrings, reportDropped } from '../upstream/lenient';

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
export type KeyFinder = JWTVerifyGetKey & { readonly hasId: (kid: string) => boolean };

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
