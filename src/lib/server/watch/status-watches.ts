import type { Credential } from '../bridge/request';
import { SessionWatch, type WatchWorld } from './session-watch';
import type { StatusListener } from './status-news';

export interface StatusWatches {
	/**
	 * Tells the listener where a session stands, and each change from then on; nothing more after `gone` or a last status.
	 * Answers how to stop.
	 */
	watch(id: string, credential: Credential, listener: StatusListener): () => void;
	/** How many sessions are watched. */
	size(): number;
}

/** One watch per session, however many listen to it. */
export function createStatusWatches(world: WatchWorld): StatusWatches {
	const watches = new Map<string, SessionWatch>();

	function watchOf(id: string): SessionWatch {
		const known = watches.get(id);
		if (known) return known;
		const watch = new SessionWatch(id, world, () => watches.delete(id));
		watches.set(id, watch);
		return watch;
	}

	return {
		watch: (id, credential, listener) => watchOf(id).join(listener, credential),
		size: () => watches.size
	};
}
