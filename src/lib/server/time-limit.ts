import { setImmediate } from 'node:timers';

/**
 * The result of some work, or a `TimeoutError` after so many milliseconds; the work itself goes on, and nobody listens.
 * An answer that has arrived while this process was busy is in time: sockets are read once more before it is called late.
 */
export async function withinLimit<Value>(work: Promise<Value>, limitMs: number): Promise<Value> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const limit = new Promise<never>((_resolve, reject) => {
		const late = () => reject(new DOMException(`took longer than ${limitMs} ms`, 'TimeoutError'));
		timer = setTimeout(() => setImmediate(late), limitMs);
	});
	try {
		return await Promise.race([work, limit]);
	} finally {
		clearTimeout(timer);
	}
}
