import { createHash, randomBytes } from 'node:crypto';

/** SHA-256 digests and random salts for `@sd-jwt/*`. Deno does not know OpenSSL's alias "sha-256", hence one fixed name. */
export const sdJwtHashing = {
	hashAlg: 'sha-256',
	hasher: (data: string | ArrayBuffer): Uint8Array =>
		createHash('sha256')
			.update(typeof data === 'string' ? data : new Uint8Array(data))
			.digest(),
	saltGenerator: (length: number): string => randomBytes(length).toString('base64url')
} as const;
