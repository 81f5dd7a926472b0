import { Problem } from '../http/problem';

const MAX_SEGMENT_LENGTH = 512;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSAFE = /^\.{0,2}$|[\u0000-\u001f\u007f]/;

/**
 * The URL of a resource of a service behind the portal: its base URL, which may have a path, plus encoded segments. Without
 * segments it is the base URL itself.
 * @throws {Problem} `not_found` for a segment that would change the rest of the path.
 */
export function upstreamUrl(base: URL, segments: readonly string[], query: URLSearchParams | string = ''): URL {
	const path = [base.pathname.replace(/(?<!\/)\/+$/, ''), ...segments.map(encoded)].join('/') || '/';
	const url = new URL(path, base.origin);
	if (url.origin !== base.origin || url.pathname !== path) throw new Problem('not_found');
	url.search = query.toString();
	return url;
}

// Encoding does not change `.` and `..`, so the URL parser would resolve them. Half of a surrogate pair cannot be encoded.
function encoded(segment: string): string {
	if (segment.length > MAX_SEGMENT_LENGTH || UNSAFE.test(segment) || !segment.isWellFormed()) {
		throw new Problem('not_found');
	}
	return encodeURIComponent(segment);
}
