import type { Entry, Store } from './store';

interface ResilientOptions {
	readonly shared: Store;
	/** What this process does without the others. */
	readonly own: Store;
	/** Hears of the first fault, and of the return. */
	readonly onState: (isUp: boolean, error?: unknown) => void;
	/** Unix time in milliseconds. */
	readonly now?: () => number;
}

/** After a fault, the shared store is left alone for a while, so that its time-outs don't slow every request. */
const REST_MS = 1000;
const OWN = 'own:';

/**
 * A shared store that may go away: then this process carries on by itself, and nobody's session depends on it. What
 * this process wrote it also remembers, so that a store that comes back empty does not make it forget.
 */
export function createResilientStore({ shared, own, onState, now = Date.now }: ResilientOptions): Store {
	let restUntilMs = 0;
	let isUp = true;

	async function attempt<Result>(work: () => Promise<Result>, otherwise: () => Promise<Result>): Promise<Result> {
		if (now() < restUntilMs) return otherwise();
		try {
			const result = await work();
			if (!isUp) onState((isUp = true));
			return result;
		} catch (error) {
			restUntilMs = now() + REST_MS;
			if (isUp) onState((isUp = false), error);
			return otherwise();
		}
	}

	async function readOwn(key: string): Promise<Entry | null> {
		const entry = await own.read(key);
		return entry && { text: entry.text, mark: OWN + entry.mark };
	}

	return {
		async read(key) {
			const found = await attempt(
				() => shared.read(key),
				() => Promise.resolve(null)
			);
			return found ?? readOwn(key);
		},

		replace(key, expected, text, lifeMs) {
			const remembered = expected?.mark.startsWith(OWN) ? { text, mark: expected.mark.slice(OWN.length) } : null;
			return attempt(
				async () => {
					const replaced = await shared.replace(key, remembered ? null : expected, text, lifeMs);
					if (replaced) await own.write(key, text, lifeMs);
					return replaced;
				},
				async () => {
					if (remembered || !expected) return own.replace(key, remembered, text, lifeMs);
					await own.write(key, text, lifeMs);
					return true;
				}
			);
		},

		async write(key, text, lifeMs) {
			await own.write(key, text, lifeMs);
			await attempt(
				() => shared.write(key, text, lifeMs),
				() => Promise.resolve()
			);
		},

		changed: (key, mostMs) => Promise.race([shared.changed(key, mostMs), own.changed(key, mostMs)]),

		async close() {
			await Promise.all([shared.close(), own.close()]);
		}
	};
}
