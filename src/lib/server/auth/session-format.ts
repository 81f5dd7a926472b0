import { type Codec, jsonCodec, SEAL_BYTES } from '../seal';
import type { Session } from './session';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * How a session is written before it is sealed. Both formats are read, whichever is written.
 *
 * 1: JSON, as version 1.0.0 writes and reads it.
 * 2: the byte 2 · the length of the facts (2 bytes, high first) · the facts, JSON without tokens · the length of the packed
 * tokens (2 bytes) · access, refresh and ID token, packed · zeros, so that the sealed text has a multiple of 64 characters.
 */
const sessionFormats = [1, 2] as const;
type SessionFormat = (typeof sessionFormats)[number];

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

/** What packed tokens may grow to: far more than fits any cookie. */
const MAX_INFLATED_BYTES = 65_536;
const ABSENT = 0;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Tokens in a form that compresses well. A JWT is base64url text, of which plain compression gains a quarter; decoded, its
 * header and claims are JSON, and the tokens of one session share most of it. Nothing but tokens may share this stream: what is
 * compressed together with a secret shows in its length.
 *
 * Deflated: the lengths, and then the bytes of all segments (those that dots separate). A token begins with its number of
 * segments, 0 for none; each segment has its length, doubled, and one more where it is text and not base64url.
 * @returns null where the tokens would not come back as they were
 */
export function packTokens(tokens: readonly (string | undefined)[]): Bytes | null {
	const lengths: number[] = [];
	const contents: Uint8Array[] = [];
	for (const token of tokens) {
		const segments = token === undefined ? [] : token.split('.');
		lengths.push(segments.length);
		for (const segment of segments) {
			const decoded = Buffer.from(segment, 'base64url');
			const isText = decoded.toString('base64url') !== segment;
			const content = isText ? Buffer.from(segment) : decoded;
			lengths.push(content.length * 2 + (isText ? 1 : 0));
			contents.push(content);
		}
	}
	const plain = Buffer.concat([Buffer.from(lengths.flatMap(varint)), ...contents]);
	if (plain.length > MAX_INFLATED_BYTES) return null;
	const packed = new Uint8Array(deflateRawSync(plain, { level: 9 }));
	const unpacked = unpackTokens(packed, tokens.length);
	return tokens.every((token, index) => unpacked[index] === token) ? packed : null;
}

/**
 * The tokens in what `packTokens` made.
 * @param count how many they are, absent ones among them
 * @throws for bytes that hold no such tokens, and for those that inflate to more than 64 kB
 */
export function unpackTokens(packed: Uint8Array, count: number): (string | undefined)[] {
	const plain = inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES });
	let at = 0;

	function next(): number {
		let value = 0;
		for (let scale = 1; ; scale *= 128) {
			const byte = plain[at++];
			if (byte === undefined || scale > MAX_INFLATED_BYTES) throw new RangeError('no packed tokens');
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
	}

	const shapes = Array.from({ length: count }, () => Array.from({ length: next() }, next));
	const take = (length: number) => {
		if (at + length > plain.length) throw new RangeError('no packed tokens');
		return plain.subarray(at, (at += length));
	};
	return shapes.map((segments) =>
		segments.length === ABSENT
			? undefined
			: segments.map((length) => take(length >> 1).toString(length & 1 ? 'utf8' : 'base64url')).join('.')
	);
}

/** A number in bytes of 7 bits, the lowest first; all but the last have their highest bit set. */
function varint(value: number): number[] {
	const bytes: number[] = [];
	for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
	return [...bytes, value];
}
