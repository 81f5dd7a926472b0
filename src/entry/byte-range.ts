/** Both ends included, as in Content-Range. */
export interface ByteRange {
	first: number;
	last: number;
}

/**
 * Reads a Range header (RFC 9110, 14.1.2) for content of `length` bytes.
 * @returns the range, `unsatisfiable` (416), or `undefined` where the whole content is the answer: other units,
 * several ranges and what can't be read are ignored, as the RFC allows.
 */
export function parseByteRange(header: string, length: number): ByteRange | 'unsatisfiable' | undefined {
	const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header.trim());
	if (!match) return undefined;
	const [, from = '', to = ''] = match;
	if (from === '' && to === '') return undefined;
	if (from === '') return lastBytes(Number(to), length);

	const first = Number(from);
	const last = to === '' ? length - 1 : Math.min(Number(to), length - 1);
	if (to !== '' && Number(to) < first) return undefined;
	return first < length ? { first, last } : 'unsatisfiable';
}

function lastBytes(count: number, length: number): ByteRange | 'unsatisfiable' {
	if (count === 0 || length === 0) return 'unsatisfiable';
	return { first: Math.max(0, length - count), last: length - 1 };
}
