import * as v from 'valibot';
import { announcesJson } from './json-type';
import { invalidField, Problem } from './problem';

const MAX_BYTES = 65_536;

/**
 * The JSON object in a request's body, checked. No body at all counts as `{}`.
 * @throws {Problem} `payload_too_large`, `unsupported_media_type` or `invalid_request`.
 * @throws {v.ValiError} when the schema refuses; the error table names the field.
 */
export async function readJson<Schema extends v.GenericSchema>(
	request: Request,
	schema: Schema,
	{ maxBytes = MAX_BYTES }: { readonly maxBytes?: number } = {}
): Promise<v.InferOutput<Schema>> {
	const text = await readText(request, maxBytes);
	if (text === '') return v.parse(schema, {});
	if (!announcesJson(request.headers)) throw new Problem('unsupported_media_type');
	const value = parse(text);
	// valibot's object schemas take a list for an object without fields.
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

async function readText(request: Request, maxBytes: number): Promise<string> {
	if (Number(request.headers.get('content-length')) > maxBytes) throw new Problem('payload_too_large');
	if (!request.body) return '';
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let text = '';
	let bytes = 0;
	try {
		// Left unread, not cancelled: that would take the connection down, and with it the answer that says why.
		for await (const chunk of request.body.values({ preventCancel: true })) {
			bytes += chunk.byteLength;
			if (bytes > maxBytes) throw new Problem('payload_too_large');
			text += decoder.decode(chunk, { stream: true });
		}
		return text + decoder.decode();
	} catch (error) {
		throw unreadable(error);
	}
}

// The server in front of us has a cap of its own: it breaks the stream with an error that says 413.
export function unreadable(error: unknown): Problem {
	if (error instanceof Problem) return error;
	if (error instanceof Error && 'status' in error && error.status === 413) return new Problem('payload_too_large');
	return new Problem('invalid_request', { message: 'The body could not be read.' });
}

const FORM_TYPE = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;

/** One text field of a form, null when it is absent or a file. */
export function formText(form: FormData, name: string): string | null {
	const value = form.get(name);
	return typeof value === 'string' ? value : null;
}

/**
 * The form of a request; empty for a request without a body.
 * @throws {Problem} `unsupported_media_type` for a body that is no form, `invalid_request` for one that can't be read
 */
export async function readForm(request: Request): Promise<FormData> {
	if (!request.body) return new FormData();
	if (!FORM_TYPE.test(request.headers.get('content-type') ?? '')) throw new Problem('unsupported_media_type');
	try {
		return await request.formData();
	} catch (error) {
		throw unreadable(error);
	}
}
