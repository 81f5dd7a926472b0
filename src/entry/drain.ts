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

/** What ends the process: its terminal, a service manager or container platform, or the terminal that is closed. */
export const endSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The part of a runtime that is needed. */
export interface Signals {
	on(signal: (typeof endSignals)[number], listener: () => void): void;
	exit(code: number): void;
}

let draining = false;

/** Whether this process has been told to stop: then no connection is kept for another request. */
export function isDraining(): boolean {
	return draining;
}

/**
 * On a signal: loses no request, finishes what is in flight for a limited time, and ends with exit code 0. Further signals
 * change nothing: service managers send one to each process of a group, and the launcher passes its own on.
 * @returns does the same for another reason
 */
export function drainOnSignals(signals: Signals, drain: Drain): (reason: string) => void {
	for (const signal of endSignals) signals.on(signal, () => void end(signal, signals, drain));
	return (reason) => void end(reason, signals, drain);
}

async function end(reason: string, signals: Signals, { delayMs, close }: Drain): Promise<void> {
	if (draining) return;
	log.info('draining', { reason });
	draining = true;
	drainAll();
	const waitMs = reason === 'SIGINT' ? 0 : delayMs;
	setTimeout(() => signals.exit(0), waitMs + LIMIT_MS);
	if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
	await close();
	await finishAll();
	signals.exit(0);
}
