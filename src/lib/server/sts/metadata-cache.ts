/** How long metadata is used before it is read again. */
export const FRESH_MS = 5 * 60_000;
/** How long the last good metadata is used while it can't be read. */
export const MAX_STALE_MS = 24 * 60 * 60_000;
/** How long after a failure it is read again, and how often an endpoint that is gone makes it be read again. */
export const RETRY_MS = 10_000;

interface MetadataCacheOptions<Metadata> {
	readonly load: () => Promise<Metadata>;
	/** Reports once that old metadata is in use, with the cause. */
	readonly onStale: (cause: unknown) => void;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
}

/**
 * Keeps metadata that is read over the network. Concurrent callers share one read. While it can't be read, the last good
 * metadata serves for a day: the endpoints of a service rarely move, and its discovery document may fail alone.
 */
export function createMetadataCache<Metadata>({
	load,
	onStale,
	now = () => performance.now()
}: MetadataCacheOptions<Metadata>) {
	let cached: { readonly metadata: Metadata; readonly loadedMs: number } | undefined;
	let loading: Promise<Metadata> | undefined;
	let attemptedMs = -Infinity;
	let isFailing = false;
	let isSuspect = false;

	function reload(): Promise<Metadata> {
		return (loading ??= attempt().finally(() => (loading = undefined)));
	}

	async function attempt(): Promise<Metadata> {
		attemptedMs = now();
		isSuspect = false;
		try {
			const metadata = await load();
			cached = { metadata, loadedMs: now() };
			isFailing = false;
			return metadata;
		} catch (cause) {
			if (cached && !isFailing) onStale(cause);
			isFailing = cached !== undefined;
			throw cause;
		}
	}

	return {
		/** @throws what `load` throws, when there is no metadata of the last day */
		async current(): Promise<Metadata> {
			if (!cached) return reload();
			const { metadata, loadedMs } = cached;
			const ageMs = now() - loadedMs;
			if (ageMs < FRESH_MS && !isSuspect) return metadata;
			if (ageMs >= MAX_STALE_MS) return reload();
			if (isFailing && now() < attemptedMs + RETRY_MS) return metadata;
			const reloaded = reload().catch(() => metadata);
			// Only the first caller waits for a refresh of old metadata; after a failure nobody waits.
			return isFailing ? metadata : reloaded;
		},

		/** Reports that an endpoint is not there: perhaps it has moved. The next use reads the metadata again. */
		endpointIsGone(): void {
			if (now() >= attemptedMs + RETRY_MS) isSuspect = true;
		}
	};
}
