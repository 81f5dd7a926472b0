import { setImmediate } from 'node:timers';

/**
 * The wall clock: for what tokens, cookies, stored values and logs say. It may step, backwards too. Durations, ages and
 * intervals use `performance.now()`, which never does.
 */

/** Unix time in milliseconds. */
export const unixMs = (): number => Date.now();

/** Unix time in whole seconds, as tokens have it (RFC 7519 2). */
export const unixSeconds = (): number => Math.floor(Date.now() / 1000);

/** How far the clocks of the STS and the portal may be apart. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** The same for a token that has just come from the STS: a wrong clock of one instance must not end sessions. */
export const FRESH_CLOCK_TOLERANCE_SECONDS = 90;

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
