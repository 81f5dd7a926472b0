import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { DRAIN_EVENT } from '../lib/server/drain-event';
import { log } from '../lib/server/log';

/** How long requests in flight may take to finish after the delay; container platforms kill after 30 s by default. */
const LIMIT_MS = 20_000;

export interface Drain {
	/** How long new requests are still taken after SIGTERM, while readiness says no and load balancers notice. */
	readonly delayMs: number;
	/** Accepts no more; resolves when all that is in flight has been answered. */
	readonly close: () => Promise<void>;
}

let draining = false;

/** Whether this process has been told to stop: then no connection is kept for another request. */
export function isDraining(): boolean {
	return draining;
}

/** On SIGTERM or SIGINT: loses no request, finishes what is under way for a limited time, and ends with exit code 0. */
export function drainOnSignals(drain: Drain): void {
	for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(signal, drain));
}

async function end(reason: string, { delayMs, close }: Drain): Promise<void> {
	log.info('draining', { reason });
	draining = true;
	(process as NodeJS.EventEmitter).emit(DRAIN_EVENT);
	const waitMs = reason === 'SIGTERM' ? delayMs : 0;
	setTimeout(() => process.exit(0), waitMs + LIMIT_MS);
	if (waitMs > 0) await pause(waitMs);
	await close();
	await shutDown(reason);
	process.exit(0);
}

/**
 * Tells the application that the server is closed, and waits for what it still has to do: a token call whose browser went
 * away, connections of its store. Kit's own event takes no answer, so listeners push their promises into its second argument.
 */
async function shutDown(reason: string): Promise<void> {
	const closing: Promise<unknown>[] = [];
	(process as NodeJS.EventEmitter).emit('sveltekit:shutdown', reason, closing);
	await Promise.allSettled(closing);
}
