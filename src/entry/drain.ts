import { drainAll, finishAll } from '../lib/server/ending';
import { log } from '../lib/server/log';

/** How long requests in flight may take to finish after the delay; container platforms kill after 30 s by default. */
const LIMIT_MS = 20_000;

export interface Drain {
	/** How long new requests are still taken after SIGTERM, while readiness says no and load balancers notice. */
	readonly delayMs: number;
	/** Accepts no more; resolves when all that is in flight has been answered. */
	readonly close: () => Promise<void>;
}

/** The part of a runtime that is needed. */
export interface Signals {
	once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): void;
	exit(code: number): never;
}

let draining = false;

/** Whether this process has been told to stop: then no connection is kept for another request. */
export function isDraining(): boolean {
	return draining;
}

/** On SIGTERM or SIGINT: loses no request, finishes what is under way for a limited time, and ends with exit code 0. */
export function drainOnSignals(signals: Signals, drain: Drain): void {
	for (const signal of ['SIGTERM', 'SIGINT'] as const) signals.once(signal, () => void end(signal, signals, drain));
}

async function end(reason: string, signals: Signals, { delayMs, close }: Drain): Promise<void> {
	log.info('draining', { reason });
	draining = true;
	drainAll();
	const waitMs = reason === 'SIGTERM' ? delayMs : 0;
	setTimeout(() => signals.exit(0), waitMs + LIMIT_MS);
	if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
	await close();
	await finishAll();
	signals.exit(0);
}
