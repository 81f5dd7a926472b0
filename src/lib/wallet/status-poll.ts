import type { WalletApi } from './api';
import type { Hear } from './status-stream';

export interface PollWorld {
	readonly readStatus: WalletApi['readStatus'];
	/** Waits, or returns early when the page wakes up or the signal aborts. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const usualIntervalMs = 1000;
const longestIntervalMs = 8000;

/** Asks for each session once; answers whether all of them got an answer. */
export async function askOnce(
	sessionIds: Iterable<string>,
	hear: Hear,
	signal: AbortSignal,
	{ readStatus }: Pick<PollWorld, 'readStatus'>
): Promise<boolean> {
	const answers = await Promise.all(
		[...sessionIds].map(async (sessionId) => ({ sessionId, answer: await readStatus(sessionId, signal) }))
	);
	if (signal.aborted) return true;
	for (const update of answers) hear(update);
	return answers.every(({ answer }) => answer.kind !== 'trouble');
}

/** Asks for sessions again and again, ever slower while no answer comes: so many rounds, or until the signal aborts. */
export async function poll(
	sessionIds: ReadonlySet<string>,
	rounds: number,
	hear: Hear,
	signal: AbortSignal,
	world: PollWorld
): Promise<void> {
	let faults = 0;
	for (let round = 0; round < rounds && sessionIds.size > 0 && !signal.aborted; round++) {
		const isGood = await askOnce(sessionIds, hear, signal, world);
		faults = isGood ? 0 : faults + 1;
		await world.pause(Math.min(usualIntervalMs * 2 ** faults, longestIntervalMs), signal);
	}
}
