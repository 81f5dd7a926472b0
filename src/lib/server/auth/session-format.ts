import { builtin } from '../runtime';
import { type Codec, jsonCodec, SEAL_BYTES, createSeal, sha256 } from '../seal';
import { MAX_RESULT_BYTES } from '../store/lease';
import type { Session } from './session';

/**
 * How a session is encoded before it is sealed. Both formats can be read, regardless of the configured one.
 *
 * - 1: JSON, as version 1.0.0 writes and reads it.
 * - 2: the byte 2 · the length of the facts (2 bytes, big-endian) · the facts, JSON without tokens · the length of the
 *   packed tokens (2 bytes, big-endian) · access, refresh and ID token, packed · zeros, so that the sealed text has a
 *   multiple of 64 characters.
 */
const sessionFormats = [1, 2] as const;
type SessionFormat = (typeof sessionFormats)[number];

/**
 * Maximum size of a session in the cookie budget. With format 1, people who signed in with version 1.0.0 stay signed in.
 */
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
 * @param format the format to write. With 1, a session in format 2 is stale, because version 1.0.0 can't read it. With 2, a
 * session in format 1 is not stale, so that instances with different settings don't rewrite each other's cookies endlessly.
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

/**
 * How the result of a refresh, a set of tokens as JSON text, is encoded. Version 1.0.0 reads only JSON. Format 2 is for
 * tokens that would otherwise be too large for the store; the cookies of version 1.0.0 have no room for those. If there is
 * no other way, the ID token is dropped: a session lasts without it.
 */
export const tokensCodec: Codec = {
	encode(result) {
		const json = jsonCodec.encode(result);
		if (json.length <= MAX_RESULT_BYTES) return json;
		const tokens = JSON.parse(String(result)) as Session;
		const packed = [encode2(tokens), encode2({ ...tokens, idToken: undefined })];
		return packed.find((bytes) => bytes !== null && bytes.length <= MAX_RESULT_BYTES) ?? json;
	},
	decode(bytes) {
		if (bytes[0] !== FORMAT_2) return jsonCodec.decode(bytes);
		return { value: JSON.stringify(decode2(bytes)), stale: false };
	}
};

/** Null if this format can't represent the session. */
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

/** Maximum size of unpacked tokens: far more than fits into the cookies. */
const MAX_INFLATED_BYTES = 65_536;
const ABSENT = 0;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Packs tokens in a form that compresses well. A JWT is base64url text, of which compression alone saves a quarter.
 * Decoded, its header and claims are JSON, and the tokens of one session share most of it. Only tokens may be in this
 * stream: what is compressed together with a secret shows in the compressed length.
 *
 * The deflated data contains the lengths, and then the bytes of all segments (the parts between dots). A token begins with
 * its number of segments, 0 if it is absent. Each segment has its length, doubled, plus one if it is text rather than
 * base64url.
 * @returns null if unpacking would not restore the tokens exactly, or if they are larger than 64 kB
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
	const packed = new Uint8Array(builtin.zlib().deflateRawSync(plain, { level: 9 }));
	const unpacked = unpackTokens(packed, tokens.length);
	return tokens.every((token, index) => unpacked[index] === token) ? packed : null;
}

/**
 * Unpacks what `packTokens` returned.
 * @param count the number of tokens, including absent ones
 * @throws for bytes that contain no such tokens, and for those that inflate to more than 64 kB
 */
export function unpackTokens(packed: Uint8Array, count: number): (string | undefined)[] {
	const plain = builtin.zlib().inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES });
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

/** Encodes a number in groups of 7 bits, the lowest first. All bytes but the last have their highest bit set. */
function varint(value: number): number[] {
	const bytes: number[] = [];
	for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
	return [...bytes, value];
}

/**
 * Maximum size of one chunk. A value that is too large for one cookie is split over `name.0`, `name.1`, …: browsers
 * accept at most 4096 bytes per cookie, name and attributes included (RFC 6265bis 5.6).
 */
const CHUNK_BYTES = 3800;

const MAX_CHUNKS = 4;

/** Deleting more cookies would make the headers of the response too large. The next response deletes the rest. */
const MAX_LEFTOVERS = 8;

export interface CookieText {
	readonly name: string;
	readonly value: string;
}

/**
 * Reads a cookie that may be split: the cookie with the exact name, or else the chunks from `.0` on without gaps,
 * joined. Cookies with similar names are ignored.
 * @param get returns a cookie of the request by name
 * @returns null if there is no such cookie
 */
export function joinChunks(name: string, get: (name: string) => string | undefined): string | null {
	const whole = get(name);
	if (whole) return whole;
	const parts: string[] = [];
	for (let index = 0; index < MAX_CHUNKS; index++) {
		const part = get(`${name}.${index}`);
		if (!part) break;
		parts.push(part);
	}
	return parts.length > 0 ? parts.join('') : null;
}

/** The cookies to set for a value; null if it needs more than four. */
export function splitChunks(name: string, value: string): readonly CookieText[] | null {
	if (value.length <= CHUNK_BYTES) return [{ name, value }];
	const count = Math.ceil(value.length / CHUNK_BYTES);
	if (count > MAX_CHUNKS) return null;
	return Array.from({ length: count }, (_, index) => ({
		name: `${name}.${index}`,
		value: value.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
	}));
}

/** The names of chunks in a request that the new cookies do not overwrite and that must be deleted, at most eight. */
export function leftoverChunks(name: string, received: readonly string[], kept: readonly CookieText[]): string[] {
	const keptNames = new Set(kept.map((cookie) => cookie.name));
	const isChunk = (text: string) =>
		text === name || (text.startsWith(`${name}.`) && /^\d+$/.test(text.slice(name.length + 1)));
	return received.filter((known) => isChunk(known) && !keptNames.has(known)).slice(0, MAX_LEFTOVERS);
}

/** The name of a session's tokens in the shared store. It reveals nothing about their key. */
export function tokensNameOf(tokensKey: string): string {
	return `tokens:${sha256(`session tokens ${tokensKey}`)}`;
}

const tokensSeal = (tokensKey: string, sessionId: string) =>
	createSeal([tokensKey], `tokens of session ${sessionId}`, sessionCodec(2));

/** Packs and seals tokens with a key that only the session's cookie has. The session id is additional data of the seal. */
export function sealTokens(tokensKey: string, sessionId: string, tokens: object): string {
	return tokensSeal(tokensKey, sessionId).seal(tokens);
}

/** Null for a text that was not sealed with this key, or for another session. */
export function openTokens(tokensKey: string, sessionId: string, sealed: string): unknown {
	return tokensSeal(tokensKey, sessionId).open(sealed)?.value ?? null;
}
