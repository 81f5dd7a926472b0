import type { WalletApi } from './api';
import type { OnUpdate } from './status-stream';

export interface PollDeps {
	readonly readStatus: WalletApi['readStatus'];
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const usualIntervalMs = 1000;
const longestIntervalMs = 8000;

/**
 * Reads the status of each session once. Returns null if all could be read, otherwise the milliseconds to wait that the
 * portal requires.
 */
export async function readOnce(
	sessionIds: Iterable<string>,
	hear: OnUpdate,
	signal: AbortSignal,
	{ readStatus }: Pick<PollDeps, 'readStatus'>
): Promise<number | null> {
	const answers = await Promise.all(
		[...sessionIds].map(async (sessionId) => ({ sessionId, answer: await readStatus(sessionId, signal) }))
	);
	if (signal.aborted) return null;
	for (const update of answers) hear(update);
	const waitsMs = answers.flatMap(({ answer }) => (answer.kind === 'trouble' ? [answer.retryAfterMs ?? 0] : []));
	return waitsMs.length > 0 ? Math.max(...waitsMs) : null;
}

/**
 * Reads the status of sessions repeatedly, for a number of rounds or until the signal aborts. While the portal is
 * unreachable the interval grows, and it is never shorter than the portal requires.
 */
export async function poll(
	sessionIds: ReadonlySet<string>,
	rounds: number,
	hear: OnUpdate,
	signal: AbortSignal,
	world: PollDeps
): Promise<void> {
	let faults = 0;
	for (let round = 0; round < rounds && sessionIds.size > 0 && !signal.aborted; round++) {
		const retryAfterMs = await readOnce(sessionIds, hear, signal, world);
		faults = retryAfterMs === null ? 0 : faults + 1;
		const intervalMs = Math.min(usualIntervalMs * 2 ** faults, longestIntervalMs);
		await world.pause(Math.max(intervalMs, retryAfterMs ?? 0), signal);
	}
}
