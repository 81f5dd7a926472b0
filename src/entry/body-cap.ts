/** Whether a Content-Length header announces more than `limitBytes`. */
export function announcesTooMuch(contentLength: string | null, limitBytes: number): boolean {
	return contentLength !== null && Number(contentLength) > limitBytes;
}

/**
 * Collects a body whose length was not announced; `undefined` as soon as it has more than `limitBytes`. The rest is
 * then left unread.
 */
export async function readCapped(
	chunks: AsyncIterable<Uint8Array>,
	limitBytes: number
): Promise<Uint8Array<ArrayBuffer> | undefined> {
	const parts: Uint8Array[] = [];
	let lengthBytes = 0;
	for await (const chunk of chunks) {
		lengthBytes += chunk.length;
		if (lengthBytes > limitBytes) return undefined;
		parts.push(chunk);
	}
	const whole = new Uint8Array(lengthBytes);
	let offset = 0;
	for (const part of parts) {
		whole.set(part, offset);
		offset += part.length;
	}
	return whole;
}
