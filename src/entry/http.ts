/** Returns the value of a request header by its lower-case name; several values are joined by commas. */
export type ReadHeader = (name: string) => string | null;

/** A response of the entry itself, in a form that both runtimes can send. Header names are lower-case. */
export interface EntryResponse {
	status: number;
	headers: Record<string, string>;
	/** `null` if there is no content: HEAD, 304. */
	body: Uint8Array<ArrayBuffer> | null;
}

/** Decodes a path as Kit does before it matches a route: `/%61pi` is `/api`. Undefined if the path is malformed. */
export function decodedPath(pathname: string): string | undefined {
	try {
		return pathname.split('%25').map(decodeURI).join('%25');
	} catch {
		return undefined;
	}
}

/** Tells reverse proxies such as nginx not to buffer event streams. */
export function withoutProxyBuffering(response: Response): Response {
	if (response.headers.get('content-type') === 'text/event-stream') response.headers.set('x-accel-buffering', 'no');
	return response;
}
