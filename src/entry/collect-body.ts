/** How long a small body may take from its request's head to its end, in milliseconds. */
export const BODY_LIMIT_MS = 15_000;

/** A whole body, or why there is none: too many bytes, too slow, or a sender that went away. */
export type Collected = Uint8Array<ArrayBuffer> | 'payload_too_large' | 'request_timeout' | 'aborted';

/**
 * Collects a small body before its request counts for REQUESTS_AT_ONCE. Beyond `limitBytes` or `limitMs` the rest is left unread.
 * @param limitMs for the whole body, however steadily single bytes arrive
 */
export async function collectBody(
	pieces: AsyncIterable<Uint8Array>,
	limitBytes: number,
	limitMs = BODY_LIMIT_MS
): Promise<Collected> {
	const parts: Uint8Array[] = [];
	let lengthBytes = 0;
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<'late'>((resolve) => (timer = setTimeout(resolve, limitMs, 'late')));
	const reader = pieces[Symbol.asyncIterator]();
	try {
		for (;;) {
			const next = await Promise.race([reader.next(), late]);
			if (next === 'late') return leave(reader, 'request_timeout');
			if (next.done) return joined(parts, lengthBytes);
			lengthBytes += next.value.length;
			if (lengthBytes > limitBytes) return leave(reader, 'payload_too_large');
			parts.push(next.value);
		}
	} catch {
		// The only fault that a request's stream can have.
		return 'aborted';
	} finally {
		clearTimeout(timer);
	}
}

/** Stops reading, so that others can read what is left. Not waited for: the sender may be silent. */
function leave<Reason>(reader: AsyncIterator<Uint8Array>, reason: Reason): Reason {
	reader.return?.().catch(() => {});
	return reason;
}

function joined(parts: readonly Uint8Array[], lengthBytes: number): Uint8Array<ArrayBuffer> {
	const whole = new Uint8Array(lengthBytes);
	let offset = 0;
	for (const part of parts) {
		whole.set(part, offset);
		offset += part.length;
	}
	return whole;
}
