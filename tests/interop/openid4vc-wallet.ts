import { createHash, X509Certificate } from 'node:crypto';
import { HashAlgorithm, setGlobalConfig, type CallbackContext, type JwtSigner } from '@openid4vc/oauth2';
import { isOpenid4vpAuthorizationRequestDcApi, Openid4vpClient } from '@openid4vc/openid4vp';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { base64url, CompactEncrypt, compactVerify, exportJWK, generateKeyPair, importJWK, type CryptoKey } from 'jose';
import * as v from 'valibot';
import { HolderKey } from '../sandbox/issuer/holder-key.ts';
import { sdJwtHashing } from '../sandbox/sd-jwt.ts';
import type { ForeignWallet, PresentationOptions, PresentationResult } from './foreign-wallet.ts';

type Callbacks = Omit<CallbackContext, 'generateRandom' | 'clientAuthentication'>;

const hashNames = {
	[HashAlgorithm.Sha256]: 'sha256',
	[HashAlgorithm.Sha384]: 'sha384',
	[HashAlgorithm.Sha512]: 'sha512'
};
/** What the wallet tells a verifier about itself (OpenID4VP, section 10). */
const metadata = {
	vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
	client_id_prefixes_supported: ['x509_hash' as const, 'decentralized_identifier' as const],
	request_object_signing_alg_values_supported: ['ES256']
};
const serverMetadata = {
	authorization_signing_alg_values_supported: [],
	authorization_encryption_alg_values_supported: ['ECDH-ES'],
	authorization_encryption_enc_values_supported: ['A256GCM']
};
/** The query, as far as a wallet with one credential needs it. */
const Query = v.object({
	credentials: v.tuple([v.object({ id: v.string(), claims: v.array(v.object({ path: v.tuple([v.string()]) })) })])
});

const Jwk = v.pipe(v.string(), v.parseJson(), HolderKey);

/** A wallet around the client of @openid4vc/openid4vp, the library under Credo and other wallets. */
export async function createOpenid4vcWallet(): Promise<ForeignWallet> {
	// Both sides run on this machine, by http.
	setGlobalConfig({ allowInsecureUrls: true });
	const { privateKey, publicKey } = await generateKeyPair('ES256');
	return {
		jwk: v.parse(HolderKey, await exportJWK(publicKey)),
		present: (options) => present(options, privateKey)
	};
}

async function present(options: PresentationOptions, key: CryptoKey): Promise<PresentationResult> {
	const client = new Openid4vpClient({ callbacks: createCallbacks(options.trustAnchor) });
	const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: options.link });
	const resolved = await client.resolveOpenId4vpAuthorizationRequest({
		authorizationRequestPayload: params,
		wallet: { metadata }
	});
	const request = resolved.authorizationRequestPayload;
	if (isOpenid4vpAuthorizationRequestDcApi(request)) throw new Error('a link never uses the Digital Credentials API');
	const [query] = v.parse(Query, resolved.dcql?.query).credentials;
	const claims = query.claims.map(({ path }) => path[0]);
	const { nonce = request.nonce, credential } = options;
	const presentation = await bind(credential, claims, key, { aud: request.client_id, nonce });
	const { authorizationResponsePayload, jarm } = await client.createOpenid4vpAuthorizationResponse({
		authorizationRequestPayload: request,
		authorizationResponsePayload: { vp_token: { [query.id]: [presentation] } },
		...(request.response_mode === 'direct_post.jwt' && {
			jarm: { encryption: { nonce: 'wallet' }, serverMetadata }
		})
	});
	const { response } = await client.submitOpenid4vpAuthorizationResponse({
		authorizationRequestPayload: request,
		authorizationResponsePayload,
		...(jarm && { jarm })
	});
	return { response: response.ok ? 'accepted' : 'refused' };
}

/** Discloses claims, and binds the wallet's key to the presentation, with the SD-JWT library alone. */
function bind(
	credential: string,
	claims: readonly string[],
	key: CryptoKey,
	request: { aud: string; nonce: string }
): Promise<string> {
	const instance = new SDJwtVcInstance({
		...sdJwtHashing,
		kbSignAlg: 'ES256',
		kbSigner: async (data) => {
			const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
			return base64url.encode(new Uint8Array(await crypto.subtle.sign(algorithm, key, Buffer.from(data))));
		}
	});
	const frame = Object.fromEntries(claims.map((name) => [name, true]));
	const payload = { ...request, iat: Math.floor(Date.now() / 1000) };
	return instance.present<Record<string, boolean>>(credential, frame, { kb: { payload } });
}

function createCallbacks(trustAnchor: string): Callbacks {
	return {
		hash: (data, algorithm) => createHash(hashNames[algorithm]).update(data).digest(),
		verifyJwt: async (signer, { compact }) => {
			const key = await keyOf(signer, trustAnchor);
			const isVerified = await compactVerify(compact, key, { algorithms: ['ES256'] }).then(
				() => true,
				() => false
			);
			return isVerified ? { verified: true, signerJwk: v.parse(HolderKey, await exportJWK(key)) } : { verified: false };
		},
		encryptJwe: async ({ publicJwk: jwk, alg, enc, apu, apv }, data) => {
			const jwe = await new CompactEncrypt(new TextEncoder().encode(data))
				.setProtectedHeader({ alg, enc, ...(jwk.kid !== undefined && { kid: jwk.kid }) })
				.setKeyManagementParameters({
					...(apu !== undefined && { apu: base64url.decode(apu) }),
					...(apv !== undefined && { apv: base64url.decode(apv) })
				})
				.encrypt(await importJWK(v.parse(HolderKey, jwk), alg));
			return { jwe, encryptionJwk: jwk };
		},
		// Required by the type: for the fingerprint of a certificate the library needs `hash` alone.
		getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
		signJwt: () => Promise.reject(new Error('this wallet signs no response')),
		decryptJwe: () => ({ decrypted: false })
	};
}

/** The key of a verifier whose certificate the anchor has signed, or whose client id is a `did:jwk`. */
async function keyOf(signer: JwtSigner, trustAnchor: string) {
	if (signer.method === 'x5c') {
		const leaf = new X509Certificate(Buffer.from(signer.x5c[0] ?? '', 'base64'));
		if (!leaf.verify(new X509Certificate(trustAnchor).publicKey)) throw new Error('the verifier is not trusted');
		return leaf.publicKey;
	}
	if (signer.method !== 'did') throw new Error(`no keys of ${signer.method}`);
	const [did = ''] = signer.didUrl.split('#');
	return importJWK(v.parse(Jwk, Buffer.from(did.slice('did:jwk:'.length), 'base64url').toString()), 'ES256');
}
