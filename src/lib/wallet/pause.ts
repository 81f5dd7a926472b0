/** Like `AbortSignal.any`, which Safari before 17.4 and Firefox 115 lack: aborts as soon as one of the signals does. */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
	const either = new AbortController();
	for (const signal of signals) {
		if (signal.aborted) either.abort();
		else signal.addEventListener('abort', () => either.abort(), { signal: either.signal });
	}
	return either.signal;
}

/** Runs `work` with a signal that aborts with `signal` or after `ms` milliseconds, and removes its listeners afterwards. */
export async function withTimeLimit<T>(
	ms: number,
	signal: AbortSignal,
	work: (signal: AbortSignal) => Promise<T>
): Promise<T> {
	const limit = new AbortController();
	const timer = setTimeout(() => limit.abort(), ms);
	const either = anySignal([signal, limit.signal]);
	try {
		return await work(either);
	} finally {
		clearTimeout(timer);
		limit.abort();
	}
}

/** Events after which a waiting page reads immediately: it is shown again, or the network is available again. */
const wakeUps: readonly (readonly [() => EventTarget, string])[] = [
	[() => document, 'visibilitychange'],
	[() => window, 'online'],
	[() => window, 'pageshow']
];

/** Waits `ms` milliseconds in a browser, or until the page wakes up or `signal` aborts; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const waiting = new AbortController();
		const done = () => {
			clearTimeout(timer);
			waiting.abort();
			resolve();
		};
		const timer = setTimeout(done, ms);
		const wake = () => {
			if (document.visibilityState === 'visible') done();
		};
		signal.addEventListener('abort', done, { signal: waiting.signal });
		for (const [target, event] of wakeUps) target().addEventListener(event, wake, { signal: waiting.signal });
	});
}

/** Whether the page is visible, and when that changes. */
export interface Visibility {
	readonly isVisible: () => boolean;
	/** Resolves once the page has the given visibility, or when `signal` aborts; never rejects. */
	readonly until: (isVisible: boolean, signal: AbortSignal) => Promise<void>;
}

export const pageVisibility: Visibility = {
	isVisible: () => document.visibilityState === 'visible',
	until: (isVisible, signal) =>
		new Promise((resolve) => {
			const waiting = new AbortController();
			const check = () => {
				if (!signal.aborted && pageVisibility.isVisible() !== isVisible) return;
				waiting.abort();
				resolve();
			};
			document.addEventListener('visibilitychange', check, { signal: waiting.signal });
			signal.addEventListener('abort', check, { signal: waiting.signal });
			check();
		})
};
