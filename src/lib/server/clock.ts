import { setImmediate } from 'node:timers';

/**
 * Unix time in milliseconds by the wall clock, for times in tokens, cookies, stored values and logs. It may step, also
 * backwards. Durations, ages and intervals use `performance.now()`, which never steps.
 */
export const unixMs = (): number => Date.now();

/** Unix time in whole seconds, as in tokens (RFC 7519 2). */
export const unixSeconds = (): number => Math.floor(Date.now() / 1000);

/** A lifetime as Redis and Deno KV accept it: in whole milliseconds, at least 1. */
export const wholeMs = (lifeMs: number): number => Math.max(1, Math.ceil(lifeMs));

/** How far the clocks of the STS and the portal may differ. */
export const CLOCK_TOLERANCE_SECONDS = 30;
/** The same for a token that has just come from the STS: one instance with a wrong clock must not end sessions. */
export const FRESH_CLOCK_TOLERANCE_SECONDS = 90;

/**
 * Returns the result of some work, or rejects with a `TimeoutError` after that many milliseconds. The work is not
 * cancelled, and its result is then ignored. A response that arrived while this process was busy is in time: sockets are
 * read once more before the promise rejects.
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

/** A longer timer of Node and browsers fires at once. */
export const MAX_TIMER_MS = 2_147_483_647;

/**
 * Calls back once after `ms` milliseconds.
 * @returns cancels the call
 */
export function afterTimeout(ms: number, callBack: () => void): () => void {
	const timer = setTimeout(callBack, ms);
	return () => clearTimeout(timer);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/**
 * Calls back every `ms` milliseconds.
 * @returns ends the calls
 */
export function everyInterval(ms: number, callBack: () => void): () => void {
	const timer = setInterval(callBack, ms);
	return () => clearInterval(timer);
}

/** An idle timeout: it measures how long the other side is silent while something is expected of it. */
interface IdleTimeout {
	/** Starts the timeout; restarts it if it is running. */
	readonly expect: () => void;
	/** Stops the timeout until the next `expect`. */
	readonly rest: () => void;
}

/** Calls back once the other side has been silent for `limitMs` milliseconds while something was expected of it. */
export function startIdleTimeout(limitMs: number, onIdle: () => void): IdleTimeout {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const rest = () => clearTimeout(timer);
	const expect = () => {
		rest();
		timer = setTimeout(onIdle, limitMs);
	};
	return { expect, rest };
}
