import { deflateRawSync, inflateRawSync } from 'node:zlib';

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
