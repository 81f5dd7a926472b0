/** What makes a waiting loop ask at once: the page is looked at again, or the network is back. */
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
