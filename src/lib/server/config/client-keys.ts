import * as v from 'valibot';
import { builtin } from '../runtime';
import { unixSeconds } from '../clock';
import { jsonFault } from './json';

/** A key pair with which the portal authenticates to the STS (`private_key_jwt`, OpenID Connect Core 9). */
export interface ClientKey {
	/** The key's own `kid`, or else its thumbprint (RFC 7638). */
	readonly kid: string;
	/** The algorithm of signatures (RFC 7518 3.1, RFC 8037 3.1). */
	readonly alg: string;
	/** Never leaves this process. */
	readonly privateJwk: Jwk;
	/** With `kid`, `alg` and `use`, as it is published. */
	readonly publicJwk: Jwk;
}

type Jwk = Readonly<Record<string, string>>;

const MAX_CHARACTERS = 65_536;
const MAX_KEYS = 8;
/** NIST SP 800-131A requires 2048 bits. Larger keys than 8192 bits only cost time. */
const RSA_BITS = { least: 2048, most: 8192 };

/** The algorithms of each key type and curve that WebCrypto has on both runtimes; the first is the default. */
const ALGORITHMS: ReadonlyMap<string, readonly string[]> = new Map([
	['EC P-256', ['ES256']],
	['EC P-384', ['ES384']],
	['OKP Ed25519', ['EdDSA', 'Ed25519']],
	['RSA', ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512']]
]);
/** The public members of each key type, in the order of RFC 7638, and the private ones (RFC 7518 6, RFC 8037 2). */
const MEMBERS: ReadonlyMap<string, { readonly open: readonly string[]; readonly closed: readonly string[] }> = new Map([
	['EC', { open: ['crv', 'kty', 'x', 'y'], closed: ['d'] }],
	['OKP', { open: ['crv', 'kty', 'x'], closed: ['d'] }],
	['RSA', { open: ['e', 'kty', 'n'], closed: ['d', 'p', 'q', 'dp', 'dq', 'qi'] }]
]);

/** What is wrong with a key. The message must not contain any part of it. */
class KeyFault extends Error {}

/**
 * `STS_CLIENT_KEY`: private keys as a JWK, a JWK Set (RFC 7517) or PKCS#8 in PEM (RFC 7468), several of which may follow each
 * other. The first key signs. Line breaks of PEM may be written as `\n`.
 */
export const clientKeys = v.pipe(
	v.string(),
	v.rawTransform(({ dataset, addIssue, NEVER }): readonly ClientKey[] => {
		try {
			return readKeys(dataset.value);
		} catch (error) {
			if (!(error instanceof KeyFault)) throw error;
			addIssue({ message: error.message });
			return NEVER;
		}
	})
);

function readKeys(text: string): readonly ClientKey[] {
	if (text.length > MAX_CHARACTERS) throw new KeyFault(`must have at most ${MAX_CHARACTERS} characters`);
	const found = text.startsWith('{') ? jwksOf(text) : pemsOf(text);
	if (found.length === 0) throw new KeyFault('must have at least one key');
	if (found.length > MAX_KEYS) throw new KeyFault(`must have at most ${MAX_KEYS} keys`);
	const keys = found.map((read, index) => {
		try {
			return clientKey(read());
		} catch (error) {
			if (!(error instanceof KeyFault)) throw error;
			throw new KeyFault(found.length === 1 ? `the key ${error.message}` : `key ${index + 1} ${error.message}`);
		}
	});
	const twice = keys.findIndex(({ kid }, index) => keys.findIndex((other) => other.kid === kid) < index);
	if (twice >= 0) throw new KeyFault(`key ${twice + 1} has the same kid as an earlier one, or is the same key`);
	return keys;
}

type ReadJwk = () => Readonly<Record<string, unknown>>;

function jwksOf(text: string): readonly ReadJwk[] {
	const value = parsed(text);
	const keys = 'keys' in value ? value.keys : [value];
	if (!Array.isArray(keys)) throw new KeyFault('must have a list "keys" if it is a JWK Set');
	return keys.map((key: unknown) => () => {
		if (!isObject(key)) throw new KeyFault('must be a JSON object');
		return key;
	});
}

function parsed(text: string): Readonly<Record<string, unknown>> {
	try {
		// The text begins with a brace, so that it is an object.
		return JSON.parse(text) as Record<string, unknown>;
	} catch {
		// The error of `JSON.parse` repeats a part of the text.
		throw new KeyFault(`must be JSON (a JWK or a JWK Set), or PEM; ${jsonFault(text)}`);
	}
}

function pemsOf(text: string): readonly ReadJwk[] {
	const blocks = text.replaceAll('\\n', '\n').split(/(?=-----BEGIN )/);
	return blocks.filter((block) => block.trim() !== '').map((block) => () => pkcs8Jwk(block));
}

function pkcs8Jwk(block: string): Readonly<Record<string, unknown>> {
	const label = /^-----BEGIN ([A-Z\d ]{1,40})-----/.exec(block)?.[1];
	if (label === undefined) throw new KeyFault('must be a JWK or JWK Set in JSON, or PEM (-----BEGIN PRIVATE KEY-----)');
	if (label.includes('ENCRYPTED') || block.includes('ENCRYPTED'))
		throw new KeyFault('is encrypted, and the portal has no password for it: decrypt it with openssl pkcs8');
	if (label.endsWith('PUBLIC KEY')) throw new KeyFault('is a public key: set the private one');
	if (label === 'CERTIFICATE') throw new KeyFault('is a certificate: leave it out, only private keys are used');
	if (label !== 'PRIVATE KEY')
		throw new KeyFault('is not PKCS#8 (-----BEGIN PRIVATE KEY-----): convert it with openssl pkcs8 -topk8 -nocrypt');
	try {
		return builtin.crypto().createPrivateKey(block).export({ format: 'jwk' });
	} catch {
		throw new KeyFault('is malformed, or of a type that is not supported');
	}
}

function clientKey(jwk: Readonly<Record<string, unknown>>): ClientKey {
	const type = kindOf(jwk);
	const members = MEMBERS.get(String(jwk.kty));
	const algorithms = ALGORITHMS.get(type);
	if (!members || !algorithms)
		throw new KeyFault('is of a type that is not supported: it must be EC (P-256, P-384), Ed25519 or RSA');
	const { alg = algorithms[0] } = jwk;
	if (typeof alg !== 'string' || !algorithms.includes(alg))
		throw new KeyFault(`has an "alg" that does not fit its type: it must be ${algorithms.join(', ')}`);
	assertForSigning(jwk);
	const open = picked(jwk, members.open);
	const privateJwk = { ...open, ...picked(jwk, members.closed) };
	assertKeyPair(privateJwk);
	const kid = jwk.kid ?? thumbprint(open);
	if (typeof kid !== 'string' || !/^[\x20-\x7e]{1,256}$/.test(kid))
		throw new KeyFault('has a "kid" that is not a text of 1 to 256 printable characters');
	return { kid, alg, privateJwk, publicJwk: { ...open, kid, alg, use: 'sig' } };
}

/** @throws {KeyFault} for a key that is not a private key of a pair */
function kindOf({ kty, crv, k, d }: Readonly<Record<string, unknown>>): string {
	if (kty === 'oct' || k !== undefined) throw new KeyFault('is symmetric: it must be a private key of a key pair');
	if (MEMBERS.has(String(kty)) && d === undefined) throw new KeyFault('is a public key: set the private one');
	return kty === 'RSA' ? 'RSA' : `${String(kty)} ${String(crv)}`;
}

/** @throws {KeyFault} for a key that has another purpose, or has expired (`exp`, in Unix seconds) */
function assertForSigning({
	use = 'sig',
	key_ops: operations = ['sign'],
	exp
}: Readonly<Record<string, unknown>>): void {
	if (use !== 'sig') throw new KeyFault('is not for signatures ("use")');
	if (!Array.isArray(operations) || !operations.includes('sign'))
		throw new KeyFault('is not for making signatures ("key_ops")');
	if (exp === undefined) return;
	if (typeof exp !== 'number') throw new KeyFault('has an "exp" that is not a number');
	if (exp <= unixSeconds()) throw new KeyFault('has expired ("exp")');
}

function picked(jwk: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
	const entries = names.map((name) => [name, jwk[name]] as const);
	const isText = (entry: readonly [string, unknown]): entry is readonly [string, string] =>
		typeof entry[1] === 'string';
	if (!entries.every(isText)) throw new KeyFault(`must have the members ${names.join(', ')}, each a text`);
	return Object.fromEntries(entries);
}

/** @throws {KeyFault} if the parts do not belong together; the runtimes discover that at different steps */
function assertKeyPair(jwk: Record<string, string>): void {
	const message = Buffer.from('STS_CLIENT_KEY');
	const digest = jwk.kty === 'OKP' ? null : 'sha256';
	let isPair: boolean;
	let bits: number | undefined;
	try {
		const key = builtin.crypto().createPrivateKey({ key: jwk, format: 'jwk' });
		bits = key.asymmetricKeyDetails?.modulusLength;
		isPair = builtin
			.crypto()
			.verify(
				digest,
				message,
				builtin.crypto().createPublicKey({ key: jwk, format: 'jwk' }),
				builtin.crypto().sign(digest, message, key)
			);
	} catch {
		isPair = false;
	}
	if (bits !== undefined && (bits < RSA_BITS.least || bits > RSA_BITS.most))
		throw new KeyFault(`must have ${RSA_BITS.least} to ${RSA_BITS.most} bits`);
	if (!isPair) throw new KeyFault('is malformed, or its private part belongs to another public part');
}

/** RFC 7638 3: `open` has the required members in lexicographic order. */
function thumbprint(open: Readonly<Record<string, string>>): string {
	return builtin.crypto().createHash('sha256').update(JSON.stringify(open)).digest('base64url');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
