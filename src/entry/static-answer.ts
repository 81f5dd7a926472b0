import type { Answer } from './answer';
import { parseByteRange } from './byte-range';
import type { StaticFile } from './static-table';

/** Reads a request's header by lower-case name. */
export type ReadHeader = (name: string) => string | null;

/** Answers GET or HEAD for a public file: 200, 206, 304 or 416 (RFC 9110, 13 and 14; RFC 9111). */
export function answerStatic(file: StaticFile, method: 'GET' | 'HEAD', header: ReadHeader): Answer {
	const range = header('range');
	const { encoding, bytes } = chooseVariant(file, range === null ? header('accept-encoding') : null);
	const etag = `"${file.digest}${encoding ? `-${encoding}` : ''}"`;
	const headers: Record<string, string> = {
		'cache-control': file.cacheControl,
		etag,
		...(file.br || file.gzip ? { vary: 'accept-encoding' } : {})
	};
	if (matches(header('if-none-match'), file.digest)) return { status: 304, headers, body: null };

	headers['accept-ranges'] = 'bytes';
	headers['content-type'] = file.type;
	if (encoding) headers['content-encoding'] = encoding;
	const part = range === null || isOutdated(header('if-range'), etag) ? undefined : parseByteRange(range, bytes.length);
	if (part === 'unsatisfiable') {
		return { status: 416, headers: { ...headers, 'content-range': `bytes */${bytes.length}` }, body: null };
	}

	const content = part ? bytes.subarray(part.first, part.last + 1) : bytes;
	if (part) headers['content-range'] = `bytes ${part.first}-${part.last}/${bytes.length}`;
	headers['content-length'] = String(content.length);
	return { status: part ? 206 : 200, headers, body: method === 'HEAD' ? null : content };
}

function chooseVariant(file: StaticFile, acceptEncoding: string | null) {
	if (file.br && accepts(acceptEncoding, 'br')) return { encoding: 'br', bytes: file.br };
	if (file.gzip && accepts(acceptEncoding, 'gzip')) return { encoding: 'gzip', bytes: file.gzip };
	return { encoding: undefined, bytes: file.content };
}

function accepts(header: string | null, coding: string): boolean {
	return (header ?? '').split(',').some((item) => {
		const [name = '', ...parameters] = item.toLowerCase().split(';');
		const refused = parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter));
		return name.trim() === coding && !refused;
	});
}

/** Any variant of the same content will do for a cache that asks whether its copy is still good. */
function matches(header: string | null, digest: string): boolean {
	return (header ?? '').split(',').some((tag) => {
		const opaque = tag.trim().replace(/^W\//, '');
		return opaque === '*' || [`"${digest}"`, `"${digest}-br"`, `"${digest}-gzip"`].includes(opaque);
	});
}

const isOutdated = (ifRange: string | null, etag: string) => ifRange !== null && ifRange.trim() !== etag;
