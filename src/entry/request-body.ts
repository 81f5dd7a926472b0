import { type ByteBuffer, createByteBuffer, DC_API_LIMIT_BYTES, INITIAL_BYTES, inTurns } from '../lib/server/http/body';
import { decodedPath, networkOf } from '../lib/server/http/request';

/** How large a request's body may be, and whether it is streamed to the application or collected first. */
export interface BodyRule {
	limitBytes: number;
	streams: boolean;
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
	if (backend) return { limitBytes: backend.maxRequestBytes, streams: !isSmall };
	return { limitBytes: !isSmall && isDcApi(pathname) ? DC_API_LIMIT_BYTES : bodyLimitBytes, streams: false };
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

/** How long a collected body may take after the request's head, in milliseconds. */
export const BODY_LIMIT_MS = 15_000;

/** The maximum number of chunks of a collected body: each takes time, however small it is. */
export const MAX_BODY_CHUNKS = 4096;

/** A complete body, or the reason why it could not be read; `aborted` if the client disconnected. */
export type CollectedBody =
	Uint8Array<ArrayBuffer> | 'payload_too_large' | 'invalid_request' | 'request_timeout' | 'busy' | 'aborted';

/**
 * The memory for all bodies that are being received: anybody can send one, before a credential is checked. A body's first kilobyte does not
 * count, so forms and most calls are received even while others use up the limit.
 */
export const MAX_HELD_BYTES = 32 * 1024 ** 2;
/** The same for one client network, so that one sender does not take all of it. */
export const MAX_HELD_BYTES_PER_CLIENT = 4 * 1024 ** 2;

let heldBytes = 0;
const heldByClient = new Map<string, number>();

/** The part of that memory which one body takes. */
function createShare(address: string) {
	let client: string | undefined;
	let ownBytes = 0;

	return {
		/** Returns false, and changes nothing, if the limits do not allow a larger share. */
		growTo(bytes: number): boolean {
			if (bytes <= INITIAL_BYTES || bytes === ownBytes) return true;
			client ??= networkOf(address);
			const added = bytes - ownBytes;
			const ofClient = (heldByClient.get(client) ?? 0) + added;
			if (heldBytes + added > MAX_HELD_BYTES || ofClient > MAX_HELD_BYTES_PER_CLIENT) return false;
			heldBytes += added;
			heldByClient.set(client, ofClient);
			ownBytes = bytes;
			return true;
		},

		release(): void {
			if (client === undefined || ownBytes === 0) return;
			heldBytes -= ownBytes;
			const left = (heldByClient.get(client) ?? 0) - ownBytes;
			if (left > 0) heldByClient.set(client, left);
			else heldByClient.delete(client);
		}
	};
}

/**
 * Reads the body of a request whose rule does not stream it, before the request counts for REQUESTS_AT_ONCE. Beyond a limit the rest remains
 * unread. The time limit is for the whole body, even if bytes keep arriving.
 * @param address the client's IP address
 */
export async function readBody(
	chunks: AsyncIterable<Uint8Array>,
	limitBytes: number,
	address: string
): Promise<CollectedBody> {
	// Undefined once the time is over: the sender's next chunk may arrive much later.
	let buffer: ByteBuffer | undefined = createByteBuffer(limitBytes);
	let timer: ReturnType<typeof setTimeout> | undefined;
	const share = createShare(address);

	async function read(): Promise<CollectedBody> {
		let count = 0;
		for await (const chunk of inTurns(chunks)) {
			count += 1;
			if (!buffer) return 'request_timeout';
			if (!buffer.append(chunk)) return 'payload_too_large';
			if (!share.growTo(buffer.sizeBytes())) return 'busy';
			if (count > MAX_BODY_CHUNKS) return 'invalid_request';
		}
		return buffer?.toBytes() ?? 'request_timeout';
	}

	const late = new Promise<CollectedBody>((resolve) => {
		timer = setTimeout(() => {
			buffer = undefined;
			resolve('request_timeout');
		}, BODY_LIMIT_MS);
	});
	try {
		return await Promise.race([read(), late]);
	} catch {
		// A request's stream fails only when the client disconnects.
		return 'aborted';
	} finally {
		clearTimeout(timer);
		share.release();
	}
}
