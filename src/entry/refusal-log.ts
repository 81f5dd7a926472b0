import { log } from '../lib/server/log';

/** Refusals that are logged one by one in a minute: help codes can be found, and a flood does not fill the log. */
const MAX_LINES = 100;
const WINDOW_MS = 60_000;

export interface RefusalLogDeps {
	readonly write: (message: string, fields: Readonly<Record<string, unknown>>) => void;
	/** Calls back once, after so many milliseconds. */
	readonly after: (ms: number, callBack: () => void) => void;
}

/** Logs refused requests up to a number of lines a minute, then how many more there were. */
export function createRefusalLog({ write, after }: RefusalLogDeps) {
	let lines = 0;
	let omitted = 0;

	function endWindow(): void {
		if (omitted > 0) write('more requests were refused than are logged one by one', { omitted });
		lines = 0;
		omitted = 0;
	}

	return {
		write(fields: Readonly<Record<string, unknown>>): void {
			if (lines === 0) after(WINDOW_MS, endWindow);
			if (lines === MAX_LINES) omitted += 1;
			else {
				lines += 1;
				write('a request was refused', fields);
			}
		}
	};
}

export const refusalLog = createRefusalLog({
	write: log.info,
	after: (ms, callBack) => void setTimeout(callBack, ms)
});
