import { type Codec, jsonCodec, SEAL_BYTES } from '../seal';
import type { Session } from './session';
import { packTokens, unpackTokens } from './token-packing';

/**
 * How a session is written before it is sealed. Both formats are read, whichever is written.
 *
 * 1: JSON, as version 1.0.0 writes and reads it.
 * 2: the byte 2 · the length of the facts (2 bytes, high first) · the facts, JSON without tokens · the length of the packed
 * tokens (2 bytes) · access, refresh and ID token, packed · zeros, so that the sealed text has a multiple of 64 characters.
 */
export const sessionFormats = [1, 2] as const;
export type SessionFormat = (typeof sessionFormats)[number];

/** What a session may take of the cookie budget. With 1, whoever was signed in with version 1.0.0 stays signed in. */
export const MAX_SESSION_BYTES: Readonly<Record<SessionFormat, number>> = { 1: 4950, 2: 4400 };

const FORMAT_2 = 2;
const TOKENS = 3;
const HEAD_BYTES = 5;
const MAX_LENGTH = 65_535;
/** 64 characters of base64url. */
const STEP_BYTES = 48;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * @param format what is written. With 1, a session that was written as 2 counts as stale: an instance of version 1.0.0 can't
 * read it. Not the other way around, so that instances with different settings don't rewrite each other's cookies for ever.
 */
export function sessionCodec(format: SessionFormat): Codec {
	return {
		encode: (session) => (format === 2 ? encode2(session as Session) : null) ?? jsonCodec.encode(session),
		decode(bytes) {
			if (bytes[0] !== FORMAT_2) return jsonCodec.decode(bytes);
			return { value: decode2(bytes), stale: format === 1 && 'format' };
		}
	};
}

/** Null for a session that this format can't hold. */
function encode2({ accessToken, refreshToken, idToken, ...rest }: Session): Uint8Array<ArrayBuffer> | null {
	const facts = encoder.encode(JSON.stringify(rest));
	const tokens = packTokens([accessToken, refreshToken, idToken]);
	if (tokens === null || facts.length > MAX_LENGTH || tokens.length > MAX_LENGTH) return null;
	const length = HEAD_BYTES + facts.length + tokens.length;
	const bytes = new Uint8Array(Math.ceil((length + SEAL_BYTES) / STEP_BYTES) * STEP_BYTES - SEAL_BYTES);
	const view = new DataView(bytes.buffer);
	bytes[0] = FORMAT_2;
	view.setUint16(1, facts.length);
	bytes.set(facts, 3);
	view.setUint16(3 + facts.length, tokens.length);
	bytes.set(tokens, HEAD_BYTES + facts.length);
	return bytes;
}

function decode2(bytes: Uint8Array): unknown {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const factsEnd = 3 + view.getUint16(1);
	const tokensEnd = factsEnd + 2 + view.getUint16(factsEnd);
	const facts = JSON.parse(decoder.decode(bytes.subarray(3, factsEnd))) as object;
	const [accessToken, refreshToken, idToken] = unpackTokens(bytes.subarray(factsEnd + 2, tokensEnd), TOKENS);
	return { ...facts, accessToken, refreshToken, idToken };
}
