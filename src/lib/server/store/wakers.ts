/** Those who wait for a key to change. */
export interface Wakers {
	/** Resolves when `wake` is called for the key, or after `mostMs`. */
	wait(key: string, mostMs: number): Promise<void>;
	wake(key: string): void;
}

type After = (ms: number, callBack: () => void) => () => void;

/** @param after calls back after that many milliseconds, the result cancels it */
export function createWakers(after: After = afterTimeout): Wakers {
	const waiting = new Map<string, Set<() => void>>();
	return {
		wait(key, mostMs) {
			return new Promise((resolve) => {
				const wakers = waiting.get(key) ?? new Set();
				waiting.set(key, wakers);
				const wake = () => {
					callOff();
					wakers.delete(wake);
					if (wakers.size === 0) waiting.delete(key);
					resolve();
				};
				const callOff = after(mostMs, wake);
				wakers.add(wake);
			});
		},
		wake(key) {
			for (const wake of waiting.get(key) ?? []) wake();
		}
	};
}

function afterTimeout(ms: number, callBack: () => void): () => void {
	const timer = setTimeout(callBack, ms);
	return () => clearTimeout(timer);
}
