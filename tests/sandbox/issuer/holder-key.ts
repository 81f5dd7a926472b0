import { createHash, createPublicKey } from 'node:crypto';
import * as v from 'valibot';

const coordinate = v.pipe(v.string(), v.regex(/^[\w-]{43}$/, 'must be 32 bytes in base64url'));

/**
 * The public key of a wallet as JWK (RFC 7517): P-256, the curve that wallets must support by HAIP, section 7. Other
 * members, such as `kid`, are dropped.
 */
export const HolderKey = v.pipe(
	v.looseObject({
		kty: v.literal('EC', 'must be "EC"'),
		crv: v.literal('P-256', 'must be "P-256"'),
		x: coordinate,
		y: coordinate
	}),
	v.check((key) => !('d' in key), 'must be a public key: "d" is part of a private one'),
	v.transform(({ kty, crv, x, y }) => ({ kty, crv, x, y })),
	v.check((key) => isOnCurve(key), 'must be a point on the curve')
);
export type PublicHolderKey = v.InferOutput<typeof HolderKey>;

/** The SHA-256 thumbprint (RFC 7638), by which a wallet is recognized. */
export function thumbprint({ crv, kty, x, y }: PublicHolderKey): string {
	return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

function isOnCurve(key: { kty: string; crv: string; x: string; y: string }): boolean {
	try {
		createPublicKey({ key, format: 'jwk' });
		return true;
	} catch {
		return false;
	}
}
