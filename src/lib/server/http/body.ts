import * as v from 'valibot';
import { BODY_LIMIT_BYTES } from '../config/fields';
import { announcesJson } from './request';
import { invalidField, Problem } from './problem';
import { setImmediate } from 'node:timers/promises';

/** Chunks to read before yielding to the event loop. */
const CHUNKS_PER_TURN = 64;
/** The size of a buffer before it grows. */
export const INITIAL_BYTES = 1024;

/** A buffer for the bytes of a body while it is read. */
export interface ByteBuffer {
	/** Copies a chunk to the end. Returns false, and copies nothing, if the chunk would exceed the limit. */
	readonly append: (chunk: Uint8Array) => boolean;
	/** The memory that the buffer takes: up to twice as much as the appended bytes. */
	readonly sizeBytes: () => number;
	/** Returns a copy of the appended bytes, of exactly their length. */
	readonly toBytes: () => Uint8Array<ArrayBuffer>;
}

/**
 * Collects the chunks of a body in one buffer that grows up to `maxBytes`. Chunks are copied, not referenced: on Deno a
 * chunk of one byte is a view of a buffer of 64 kB.
 */
export function createByteBuffer(maxBytes: number): ByteBuffer {
	let bytes = new Uint8Array(Math.min(INITIAL_BYTES, maxBytes));
	let lengthBytes = 0;

	function reserve(neededBytes: number): void {
		if (neededBytes <= bytes.length) return;
		const larger = new Uint8Array(Math.min(maxBytes, Math.max(neededBytes, bytes.length * 2)));
		larger.set(bytes.subarray(0, lengthBytes));
		bytes = larger;
	}

	return {
		append(chunk) {
			const neededBytes = lengthBytes + chunk.length;
			if (neededBytes > maxBytes) return false;
			reserve(neededBytes);
			bytes.set(chunk, lengthBytes);
			lengthBytes = neededBytes;
			return true;
		},
		sizeBytes: () => bytes.length,
		toBytes: () => bytes.slice(0, lengthBytes)
	};
}

/**
 * Yields the same chunks, and yields to the event loop every 64 chunks. Chunks that have already arrived are read in
 * microtasks, so a body of many small chunks would otherwise block timers and all other requests.
 */
export async function* inTurns(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
	let count = 0;
	for await (const chunk of chunks) {
		count += 1;
		if (count % CHUNKS_PER_TURN === 0) await setImmediate();
		yield chunk;
	}
}

/** The limit of a wallet's encrypted response, which may contain pictures. */
export const DC_API_LIMIT_BYTES = 262_144;
const MAX_PART_HEADER_CHARACTERS = 1000;
const Uuid = v.pipe(v.string(), v.uuid());

/**
 * Reads and validates the JSON object in a request's body. An empty body counts as `{}`.
 * @throws {Problem} `payload_too_large`, `unsupported_media_type` or `invalid_request`.
 * @throws {v.ValiError} if the value does not match the schema; `toProblem` then names the field.
 */
export async function readJson<Schema extends v.GenericSchema>(
	request: Request,
	schema: Schema,
	{ maxBytes = BODY_LIMIT_BYTES }: { readonly maxBytes?: number } = {}
): Promise<v.InferOutput<Schema>> {
	const text = await readText(request, maxBytes);
	if (text === '') return v.parse(schema, {});
	if (!announcesJson(request.headers))
		throw new Problem('unsupported_media_type', { message: 'Send the body as application/json.' });
	const value = parse(text);
	// valibot's object schemas accept an array as an object without fields.
	if (Array.isArray(value)) throw invalidField('body');
	return v.parse(schema, value);
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new Problem('invalid_request', { message: 'The body is not valid JSON.' });
	}
}

/** The text of a body. It must be UTF-8, and its type must not name another charset. */
async function readText(request: Request, maxBytes: number): Promise<string> {
	const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(request.headers.get('content-type') ?? '')?.[1] ?? 'utf-8';
	if (!/^(?:utf-?8|us-ascii)$/i.test(charset))
		throw new Problem('invalid_request', { message: 'The body must be UTF-8.' });
	const bytes = await readBytes(request, maxBytes);
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch (error) {
		throw unreadable(error);
	}
}

/** The whole body. The server entry has already collected it, and has refused a body that is too large for any route. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
	if (Number(request.headers.get('content-length')) > maxBytes) throw new Problem('payload_too_large');
	if (!request.body) return new Uint8Array();
	const buffer = createByteBuffer(maxBytes);
	try {
		// The rest is left unread, not cancelled: cancelling would close the connection before the error response is sent.
		for await (const chunk of inTurns(request.body.values({ preventCancel: true })))
			if (!buffer.append(chunk)) throw new Problem('payload_too_large');
	} catch (error) {
		throw unreadable(error);
	}
	return buffer.toBytes();
}

// The HTTP server has its own limit: it fails the stream with an error of status 413.
export function unreadable(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof Error && 'status' in error && error.status === 413) return new Problem('payload_too_large');
	return new Problem('invalid_request', { message: 'The body could not be read.' });
}

/** One text field of a form; null if it is absent or a file. */
export function formText(form: FormData, name: string): string | null {
	const value = form.get(name);
	return typeof value === 'string' ? value : null;
}

/**
 * One UUID field of a form; null if it is absent. For values that identify a request: this bounds the length of keys made
 * from them.
 * @throws {Problem} `invalid_request` for any other text, or a file
 */
export function formUuid(form: FormData, name: string): string | null {
	const value = formText(form, name);
	if (form.has(name) && !v.is(Uuid, value)) throw invalidField(name);
	return value;
}

/**
 * The form of a request; empty for a request without a body.
 * @throws {Problem} `unsupported_media_type` for a body that is not a form, `invalid_request` for one that cannot be read
 */
export async function readForm(request: Request): Promise<FormData> {
	if (!request.body) return new FormData();
	const type = request.headers.get('content-type') ?? '';
	if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type))
		return parseUrlEncoded(await readText(request, BODY_LIMIT_BYTES));
	if (/^multipart\/form-data\s*(?:;|$)/i.test(type))
		return parseMultipart(type, await readBytes(request, BODY_LIMIT_BYTES));
	throw new Problem('unsupported_media_type', {
		message: 'Send a form: application/x-www-form-urlencoded or multipart/form-data.'
	});
}

/** Stricter than the URL standard's parser, which accepts any text: browsers only send well-formed text. */
function parseUrlEncoded(text: string): FormData {
	const form = new FormData();
	try {
		for (const pair of text.split('&').filter(Boolean)) {
			const [name = '', ...value] = pair.split('=');
			form.append(decoded(name), decoded(value.join('=')));
		}
	} catch (error) {
		throw unreadable(error);
	}
	return form;
}

/** @throws {URIError} for a broken escape, or one that is not UTF-8 */
const decoded = (text: string) => decodeURIComponent(text.replaceAll('+', ' '));

/** Deno's parser accepts truncated forms, and parts without a name. This function refuses both, on both runtimes. */
async function parseMultipart(type: string, body: Uint8Array<ArrayBuffer>): Promise<FormData> {
	const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type) ?? [];
	const boundary = quoted ?? plain;
	const text = new TextDecoder('latin1').decode(body).replace(/\r\n$/, '');
	const [start, end] = [`--${boundary}\r\n`, `\r\n--${boundary}--`];
	const isWhole = boundary !== undefined && text.startsWith(start) && text.endsWith(end);
	const parts = isWhole ? text.slice(start.length, -end.length).split(`\r\n--${boundary}\r\n`) : [''];
	if (!parts.every(hasName)) throw unreadable(undefined);
	try {
		return await new Response(body, { headers: { 'content-type': type } }).formData();
	} catch (error) {
		throw unreadable(error);
	}
}

/** Whether a part of a multipart form has headers, with a name among them (RFC 7578 4.2). */
function hasName(part: string): boolean {
	const end = part.slice(0, MAX_PART_HEADER_CHARACTERS).indexOf('\r\n\r\n');
	return end > 0 && /^content-disposition:[^\r\n]*;[ \t]*name=/im.test(part.slice(0, end));
}
