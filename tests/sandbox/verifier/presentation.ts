import { createHash } from 'node:crypto';
import { SDJwt } from '@sd-jwt/core';
import { calculateJwkThumbprint, errors, importJWK, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import * as v from 'valibot';
import { HolderKey } from '../issuer/holder-key.ts';
import { sdJwtHashing } from '../sd-jwt.ts';
import { PresentationError, type PresentationErrorCode } from './errors.ts';
import type { StatusLists } from './status-lists.ts';
import { verifyCertificate } from './trust.ts';

/** Seconds by which the `iat` of a key binding may differ from the verifier's clock. */
const keyBindingAge = 300;

const Credential = v.looseObject({
	iss: v.string(),
	vct: v.string(),
	cnf: v.object({ jwk: HolderKey }),
	status: v.object({ status_list: v.object({ idx: v.number(), uri: v.string() }) }),
	_sd: v.optional(v.array(v.string()), []),
	_sd_alg: v.optional(v.literal('sha-256'))
});
const KeyBinding = v.looseObject({ iat: v.number(), nonce: v.string(), sd_hash: v.string(), aud: v.string() });

/** What a presentation must match. */
export interface PresentationRequirements {
	/**
	 * One of these is the audience of the key binding: the verifier's client id with its prefix (OpenID4VP, section 5.9), or
	 * for the Digital Credentials API the portal's origins (appendix A.4).
	 */
	readonly audiences: readonly string[];
	readonly nonce: string;
	readonly vctValues: readonly string[];
	/** Names of the claims that must be disclosed. */
	readonly claims: readonly string[];
	/** The only issuer that is accepted: the `iss` of the credential, and a name in the certificate that signed it. */
	readonly issuer: string;
	/** In PEM. */
	readonly trustAnchors: readonly string[];
	readonly statusLists: StatusLists;
	/** Epoch milliseconds. */
	readonly now: number;
}

export interface VerifiedPresentation {
	/** The disclosed claims, and those that are always visible, such as `iss` and `vct`. */
	readonly claims: Readonly<Record<string, unknown>>;
	/** SHA-256 thumbprint of the wallet's key (RFC 7638), by which a wallet is recognized. */
	readonly holder: string;
}

/**
 * Verifies an SD-JWT VC with key binding (RFC 9901, section 7.3) as a response to one request.
 * @param presentation `<issuer-signed JWT>~<disclosures>~<KB-JWT>`
 * @throws {PresentationError} with the code of the first check that fails
 */
export async function verifyPresentation(
	presentation: string,
	required: PresentationRequirements
): Promise<VerifiedPresentation> {
	const [jwt = '', ...parts] = presentation.split('~');
	const keyBinding = parts.pop() ?? '';
	const signed = presentation.slice(0, presentation.length - keyBinding.length);

	const credential = await verifyCredential(jwt, required);
	await verifyKeyBinding(keyBinding, signed, credential.cnf.jwk, required);
	const claims = await disclosedClaims(signed, parts, credential._sd);
	if (!required.vctValues.includes(credential.vct)) throw new PresentationError('wrong_type', credential.vct);
	const missing = required.claims.filter((name) => claims[name] === undefined);
	if (missing.length > 0) throw new PresentationError('missing_claim', missing.join(', '));
	await checkStatus(credential.status.status_list, required.statusLists);
	return { claims, holder: await calculateJwkThumbprint(credential.cnf.jwk) };
}

async function verifyCredential(jwt: string, { issuer, trustAnchors, now }: PresentationRequirements) {
	const currentDate = new Date(now);
	const payload = await verifyJwt(
		jwt,
		({ x5c }) => verifyCertificate(x5c, trustAnchors, currentDate, issuer),
		{ typ: 'dc+sd-jwt', currentDate },
		'invalid_signature'
	);
	const credential = v.safeParse(Credential, payload);
	if (!credential.success) throw new PresentationError('invalid_signature', credential.issues[0].message);
	if (credential.output.iss !== issuer) throw new PresentationError('untrusted_issuer', credential.output.iss);
	return credential.output;
}

/** RFC 9901, section 7.3, step 5. */
async function verifyKeyBinding(jwt: string, signed: string, jwk: HolderJwk, required: PresentationRequirements) {
	const key = await importJWK(jwk, 'ES256');
	const options = { typ: 'kb+jwt', currentDate: new Date(required.now) };
	const payload = v.safeParse(KeyBinding, await verifyJwt(jwt, () => key, options, 'invalid_key_binding'));
	if (!payload.success) throw new PresentationError('invalid_key_binding', payload.issues[0].message);
	const { aud, nonce, iat, sd_hash } = payload.output;
	if (!required.audiences.includes(aud)) throw new PresentationError('wrong_audience');
	if (nonce !== required.nonce) throw new PresentationError('wrong_nonce');
	if (Math.abs(required.now / 1000 - iat) > keyBindingAge) throw new PresentationError('stale_key_binding');
	if (sd_hash !== digest(signed)) throw new PresentationError('wrong_sd_hash');
}

/** RFC 9901, section 7.1: a disclosure whose digest the issuer did not sign invalidates the whole presentation. */
async function disclosedClaims(signed: string, disclosures: readonly string[], digests: readonly string[]) {
	const isRepeated = new Set(disclosures).size < disclosures.length;
	if (isRepeated || disclosures.some((disclosure) => !digests.includes(digest(disclosure)))) {
		throw new PresentationError('tampered_disclosure');
	}
	const sdJwt = await SDJwt.fromEncode(signed, sdJwtHashing.hasher);
	return sdJwt.getClaims<Record<string, unknown>>(sdJwtHashing.hasher);
}

async function checkStatus({ uri, idx }: { uri: string; idx: number }, statusLists: StatusLists): Promise<void> {
	const status = await statusLists.status(uri, idx);
	if (status === 2) throw new PresentationError('credential_suspended');
	if (status !== 0) throw new PresentationError('credential_revoked', `status ${status}`);
}

type HolderJwk = v.InferOutput<typeof HolderKey>;
type FindKey = (header: { x5c?: string[] }) => CryptoKey | Uint8Array | Promise<CryptoKey | Uint8Array>;

async function verifyJwt(
	jwt: string,
	key: FindKey,
	options: JWTVerifyOptions,
	code: PresentationErrorCode
): Promise<JWTPayload> {
	try {
		const { payload } = await jwtVerify(jwt, key, { algorithms: ['ES256'], ...options });
		return payload;
	} catch (error) {
		if (error instanceof PresentationError) throw error;
		if (error instanceof errors.JWTExpired && code === 'invalid_signature')
			throw new PresentationError('credential_expired', '', error);
		throw new PresentationError(code, error instanceof Error ? error.message : '', error);
	}
}

function digest(text: string): string {
	return createHash('sha256').update(text).digest('base64url');
}
