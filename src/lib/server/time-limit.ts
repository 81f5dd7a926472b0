/**
 * The result of some work, or a `TimeoutError` after so many milliseconds; the work itself goes on, and nobody listens.
 */
export async function withinLimit<Value>(work: Promise<Value>, limitMs: number): Promise<Value> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const limit = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new DOMException(`took longer than ${limitMs} ms`, 'TimeoutError')), limitMs);
	});
	try {
		return await Promise.race([work, limit]);
	} finally {
		clearTimeout(timer);
	}
}
