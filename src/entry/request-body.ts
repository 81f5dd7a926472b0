import { createByteBuffer, DC_API_LIMIT_BYTES, inTurns } from '../lib/server/http/body';
import { decodedPath, networkOf } from '../lib/server/http/request';

/** How large a request's body may be, and whether it is streamed to the application or collected first. */
export interface BodyRule {
	limitBytes: number;
	streams: boolean;
	/** Whether the body may be larger than the common limit although it is collected. Few such bodies are read at the same time. */
	isLarge: boolean;
}

export interface BodySettings {
	bodyLimitBytes: number;
	/** The backends at `/api/backends/{name}/`, each with its own limit. */
	backends: readonly { readonly name: string; readonly maxRequestBytes: number }[];
}

/**
 * The rule for a request's body. A body is streamed to its backend if its length is unknown or above the common limit.
 * @param pathname encoded, without dot segments, as `URL` returns it: the application matches routes by the same path
 * @param contentLength the Content-Length header
 */
export function bodyRule(pathname: string, contentLength: string | null, settings: BodySettings): BodyRule {
	const { bodyLimitBytes, backends } = settings;
	const name = backendName(pathname);
	const backend = backends.find((known) => known.name === name);
	const isSmall = contentLength !== null && Number(contentLength) <= bodyLimitBytes;
	if (backend) return { limitBytes: backend.maxRequestBytes, streams: !isSmall, isLarge: false };
	const isLarge = !isSmall && isDcApi(pathname);
	return { limitBytes: isLarge ? DC_API_LIMIT_BYTES : bodyLimitBytes, streams: false, isLarge };
}

/** Whether this is the path of the route `/api/wallet/sessions/[id]/dc-api`. */
function isDcApi(pathname: string): boolean {
	return /^\/api\/wallet\/sessions\/[^/]{1,64}\/dc-api$/.test(decodedPath(pathname) ?? '');
}

/** The parameter of the route `/api/backends/[name]/[...path]`; undefined for any other path. */
function backendName(pathname: string): string | undefined {
	const name = /^\/api\/backends\/([^/]+)/.exec(decodedPath(pathname) ?? '')?.[1];
	try {
		return name && decodeURIComponent(name);
	} catch {
		return undefined;
	}
}

/** How long a small body may take after the request's head, in milliseconds. */
export const BODY_LIMIT_MS = 15_000;

/** The maximum number of chunks of a small body: each takes time, however small it is. */
export const MAX_BODY_CHUNKS = 4096;

/** A complete body, or the reason why it could not be read; `aborted` if the client disconnected. */
export type CollectedBody =
	Uint8Array<ArrayBuffer> | 'payload_too_large' | 'invalid_request' | 'request_timeout' | 'busy' | 'aborted';

/** The maximum number of large bodies that are read at the same time: anybody can send one, before a credential is checked. */
export const MAX_LARGE_BODIES = 100;
/** The maximum number of these from one client network, so that one sender does not take all of them. */
export const MAX_LARGE_BODIES_PER_CLIENT = 5;
/** The clients whose large bodies are being read, by network. */
const largeBodies: string[] = [];

/**
 * Reads the body of a request whose rule does not stream it.
 * @param address the client's IP address
 */
export async function readBody(
	chunks: AsyncIterable<Uint8Array>,
	{ limitBytes, isLarge }: Pick<BodyRule, 'limitBytes' | 'isLarge'>,
	address: string
): Promise<CollectedBody> {
	if (!isLarge) return collectBody(chunks, limitBytes);
	const client = networkOf(address);
	const ofClient = largeBodies.filter((other) => other === client).length;
	if (largeBodies.length >= MAX_LARGE_BODIES || ofClient >= MAX_LARGE_BODIES_PER_CLIENT) return 'busy';
	largeBodies.push(client);
	try {
		return await collectBody(chunks, limitBytes);
	} finally {
		largeBodies.splice(largeBodies.indexOf(client), 1);
	}
}

/**
 * Reads a small body, before its request counts for REQUESTS_AT_ONCE. Beyond a limit the rest remains unread.
 * @param limitMs the limit for the whole body, even if bytes keep arriving
 */
export async function collectBody(
	chunks: AsyncIterable<Uint8Array>,
	limitBytes: number,
	limitMs = BODY_LIMIT_MS
): Promise<CollectedBody> {
	let isLate = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	async function read(): Promise<CollectedBody> {
		const buffer = createByteBuffer(limitBytes);
		let count = 0;
		for await (const chunk of inTurns(chunks)) {
			count += 1;
			if (isLate) return 'request_timeout';
			if (!buffer.append(chunk)) return 'payload_too_large';
			if (count > MAX_BODY_CHUNKS) return 'invalid_request';
		}
		return buffer.toBytes();
	}

	const late = new Promise<CollectedBody>((resolve) => {
		timer = setTimeout(() => {
			isLate = true;
			resolve('request_timeout');
		}, limitMs);
	});
	try {
		return await Promise.race([read(), late]);
	} catch {
		// A request's stream fails only when the client disconnects.
		return 'aborted';
	} finally {
		clearTimeout(timer);
	}
}
