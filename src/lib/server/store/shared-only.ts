import type { StoreHealth } from './health';
import { DataLost, type SharedOnly, type Store, StoreUnavailable } from './store';

/**
 * The check that follows a failure may have started before it, and then proves nothing. The next failure starts another
 * check.
 */
export const MAX_TRIES = 3;

/** The shared store alone. Calls that fail are repeated as long as the store's checks succeed. */
export function createSharedOnly(shared: Store, health: StoreHealth): SharedOnly {
	async function read(key: string, tries = MAX_TRIES): ReturnType<Store['read']> {
		const isUp = await health.settled();
		if (tries === 0 || (!isUp && !health.isReadable())) throw new StoreUnavailable();
		try {
			return await shared.read(key);
		} catch {
			if (isUp) health.failed();
			else health.readFailed();
			return read(key, tries - 1);
		}
	}

	async function change<Result>(work: () => Promise<Result>, tries = MAX_TRIES): Promise<Result> {
		if (tries === 0 || !(await health.settled())) throw new StoreUnavailable();
		try {
			return await work();
		} catch (error) {
			if (error instanceof DataLost) await health.lossSeen();
			else health.failed();
			return change(work, tries - 1);
		}
	}

	return {
		read(key) {
			health.used();
			return read(key);
		},
		replace(key, expected, text, lifeMs) {
			health.used();
			return change(() => shared.replace(key, expected, text, lifeMs));
		},
		write(key, text, lifeMs) {
			health.used();
			return change(() => shared.write(key, text, lifeMs));
		}
	};
}
