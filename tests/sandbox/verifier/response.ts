import { compactDecrypt, errors, type CryptoKey } from 'jose';
import * as v from 'valibot';
import { PresentationError } from './errors.ts';

/** Bytes of a response; a presentation of an eduID credential has about 3000. */
export const maxResponseBytes = 256 * 1024;
/** `encrypted_response_enc_values_supported` (OpenID4VP, section 5.1). */
export const contentEncryption = ['A128GCM', 'A256GCM'];

/** One presentation per query: none of them allows several (`multiple`, section 6.1). */
const VpToken = v.record(v.string(), v.strictTuple([v.string()]));
const Response = v.object({
	state: v.optional(v.string()),
	vp_token: v.optional(VpToken),
	error: v.optional(v.string())
});

/** A response of a wallet, not verified yet. */
export interface WalletResponse extends v.InferOutput<typeof Response> {
	/** Encrypted for the key of the request, which only a wallet that has read the request knows. */
	readonly isEncrypted: boolean;
}

interface ResponseOptions {
	/** Present for `direct_post.jwt`: the presentation must be encrypted for this key. */
	readonly encryptionKey: CryptoKey | undefined;
}

/**
 * Reads the body of a POST to `response_uri` (OpenID4VP, sections 8.2 and 8.3).
 * @throws {PresentationError} `response_too_large`, `malformed_response`, `undecryptable_response`, `encryption_required`
 */
export async function readResponse(body: string, { encryptionKey }: ResponseOptions): Promise<WalletResponse> {
	if (Buffer.byteLength(body) > maxResponseBytes) throw new PresentationError('response_too_large');
	const { response: jwe, vp_token: vpToken, state, error } = parseForm(body);
	if (jwe !== undefined && encryptionKey !== undefined) {
		return { ...(await readEncrypted(jwe, encryptionKey)), isEncrypted: true };
	}
	// An error may be sent without encryption (section 8.3.1).
	if (vpToken !== undefined && encryptionKey !== undefined) throw new PresentationError('encryption_required');
	return {
		...parse({ state, error, vp_token: vpToken === undefined ? undefined : parseJson(vpToken) }),
		isEncrypted: false
	};
}

/**
 * The parameters in an encrypted response.
 * @throws {PresentationError} `malformed_response`, `undecryptable_response`
 */
export async function readEncrypted(jwe: string, key: CryptoKey) {
	return parse(parseJson(await decrypt(jwe, key)));
}

/** The parameters of the form, each at most once (RFC 6749, section 3.1). */
function parseForm(body: string): Partial<Record<string, string>> {
	const form = new URLSearchParams(body);
	const names = [...form.keys()];
	if (new Set(names).size < names.length) throw new PresentationError('malformed_response', 'a repeated parameter');
	return Object.fromEntries(form);
}

async function decrypt(jwe: string, key: CryptoKey): Promise<string> {
	try {
		const { plaintext } = await compactDecrypt(jwe, key, {
			keyManagementAlgorithms: ['ECDH-ES'],
			contentEncryptionAlgorithms: contentEncryption
		});
		return new TextDecoder().decode(plaintext);
	} catch (error) {
		if (error instanceof errors.JWEInvalid) throw new PresentationError('malformed_response', error.message, error);
		throw new PresentationError('undecryptable_response', error instanceof Error ? error.message : '', error);
	}
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new PresentationError('malformed_response', 'no JSON', error);
	}
}

function parse(value: unknown) {
	const result = v.safeParse(Response, value);
	if (!result.success) throw new PresentationError('malformed_response', result.issues[0].message);
	const { vp_token, error } = result.output;
	if ((vp_token === undefined) === (error === undefined)) {
		throw new PresentationError('malformed_response', 'either vp_token or error');
	}
	return result.output;
}
