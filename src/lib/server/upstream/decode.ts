import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { UpstreamError } from '../http/upstream-error';

const decoders = new Map<string, () => Transform>([
	['gzip', createGunzip],
	['x-gzip', createGunzip],
	['deflate', createInflate],
	['br', createBrotliDecompress]
]);
const MAX_CODINGS = 3;

/**
 * Decodes a body that was sent encoded although `identity` was requested (RFC 9110 8.4).
 * @param contentEncoding the header's value; codings are listed in the order in which they were applied
 * @throws {UpstreamError} `bad_response` for an unknown coding or too many of them; while reading, zlib's errors
 */
export function decoded(body: AsyncIterable<Uint8Array>, contentEncoding: string): AsyncIterable<Uint8Array> {
	const codings = contentEncoding.toLowerCase().split(/[\s,]+/);
	const applied = codings.filter((coding) => coding !== '' && coding !== 'identity');
	const steps = applied.map((coding) => decoders.get(coding));
	if (steps.length > MAX_CODINGS) throw new UpstreamError('bad_response');
	return steps.reduceRight<Readable>(
		(encoded, decoder) => {
			if (!decoder) throw new UpstreamError('bad_response');
			// Errors surface when the last stream is read.
			return pipeline(encoded, decoder(), () => {});
		},
		Readable.from(body, { objectMode: false })
	);
}
