/** Counts how long another side says nothing while something is expected of it. */
export interface SilenceWatch {
	/** Waits for the other side from now on; begins anew where it waited already. */
	readonly expect: () => void;
	/** Nothing is expected for now. */
	readonly rest: () => void;
}

/** Calls back once the other side has been silent for so many milliseconds. */
export function watchSilence(limitMs: number, onSilence: () => void): SilenceWatch {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const rest = () => clearTimeout(timer);
	const expect = () => {
		rest();
		timer = setTimeout(onSilence, limitMs);
	};
	return { expect, rest };
}
