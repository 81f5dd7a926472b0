import { createHash } from 'node:crypto';
import { SDJwt } from '@sd-jwt/core';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import * as v from 'valibot';
import { sdJwtHashing } from '../sd-jwt.ts';

/** A wallet's key, to which its credentials are bound. */
export interface WalletKey {
	readonly privateKey: CryptoKey;
	readonly jwk: JWK;
}

export async function createWalletKey(): Promise<WalletKey> {
	const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
	return { privateKey, jwk: await exportJWK(publicKey) };
}

interface KeyBindingOptions {
	readonly key: WalletKey;
	/** The verifier's client id, with its prefix. */
	readonly audience: string;
	readonly nonce: string;
	/** Epoch seconds. */
	readonly issuedAt: number;
}

/** Discloses the named claims of a credential, and no others. Returns the SD-JWT without key binding. */
export async function disclose(credential: string, claims: readonly string[]): Promise<string> {
	const { hasher } = sdJwtHashing;
	const sdJwt = await SDJwt.fromEncode(credential, hasher);
	return sdJwt.present(Object.fromEntries(claims.map((name) => [name, true])), hasher);
}

/** Replaces the value in the first disclosure. */
export function tamperWithDisclosure(sdJwt: string): string {
	const [jwt, first = '', ...rest] = sdJwt.split('~');
	const [salt, name] = v.parse(v.array(v.unknown()), JSON.parse(Buffer.from(first, 'base64url').toString()));
	return [jwt, Buffer.from(JSON.stringify([salt, name, 'Mallory'])).toString('base64url'), ...rest].join('~');
}

/** Appends a KB-JWT (RFC 9901, section 4.3) to an SD-JWT. */
export async function bindKey(sdJwt: string, { key, audience, nonce, issuedAt }: KeyBindingOptions): Promise<string> {
	const keyBinding = await new SignJWT({ nonce, sd_hash: createHash('sha256').update(sdJwt).digest('base64url') })
		.setProtectedHeader({ alg: 'ES256', typ: 'kb+jwt' })
		.setAudience(audience)
		.setIssuedAt(issuedAt)
		.sign(key.privateKey);
	return `${sdJwt}${keyBinding}`;
}
