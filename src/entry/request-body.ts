import { createByteBuffer, inTurns } from '../lib/server/http/byte-chunks';

/** How large a request's body may be, and whether it goes on piece by piece or is collected first. */
export interface BodyRule {
	limitBytes: number;
	streams: boolean;
}

/** What the rule depends on. */
export interface BodySettings {
	bodyLimitBytes: number;
	/** The services behind `/api/backends/{name}/`, each with a limit of its own. */
	backends: readonly { readonly name: string; readonly maxRequestBytes: number }[];
}

/**
 * The rule for a request's body. Only what is too large to collect streams to its service: chunked, or announced as larger.
 * @param pathname as `URL` gives it: encoded, without dot segments. The application matches its route by the same path.
 * @param announced the Content-Length header
 */
export function bodyRule(pathname: string, announced: string | null, settings: BodySettings): BodyRule {
	const { bodyLimitBytes, backends } = settings;
	const name = backendName(pathname);
	const backend = backends.find((known) => known.name === name);
	if (!backend) return { limitBytes: bodyLimitBytes, streams: false };
	const isSmall = announced !== null && Number(announced) <= bodyLimitBytes;
	return { limitBytes: backend.maxRequestBytes, streams: !isSmall };
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

/** A path as Kit decodes it before it looks for a route: `/%61pi` is `/api` too. Undefined where that fails. */
export function decodedPath(pathname: string): string | undefined {
	try {
		return pathname.split('%25').map(decodeURI).join('%25');
	} catch {
		return undefined;
	}
}

/** How long a small body may take from its request's head to its end, in milliseconds. */
export const BODY_LIMIT_MS = 15_000;

/** In how many chunks a small body may arrive: each costs time, however small it is. */
export const MAX_BODY_CHUNKS = 4096;

/** A whole body, or why there is none: too many bytes or chunks, too slow, or a sender that went away. */
export type Collected =
	Uint8Array<ArrayBuffer> | 'payload_too_large' | 'invalid_request' | 'request_timeout' | 'aborted';

/**
 * Collects a small body before its request counts for REQUESTS_AT_ONCE. Beyond a limit the rest is left unread.
 * @param limitMs for the whole body, however steadily single bytes arrive
 */
export async function collectBody(
	chunks: AsyncIterable<Uint8Array>,
	limitBytes: number,
	limitMs = BODY_LIMIT_MS
): Promise<Collected> {
	let isLate = false;
	let timer: ReturnType<typeof setTimeout> | undefined;

	async function read(): Promise<Collected> {
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

	const late = new Promise<Collected>((resolve) => {
		timer = setTimeout(() => {
			isLate = true;
			resolve('request_timeout');
		}, limitMs);
	});
	try {
		return await Promise.race([read(), late]);
	} catch {
		// The only fault that a request's stream can have.
		return 'aborted';
	} finally {
		clearTimeout(timer);
	}
}
