import { beforeEach } from 'vitest';
import { createOnce, type Once, type Work, WorkFailed, type WorkFault } from '$lib/server/auth/run-once';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { virtualClock, type VirtualClock } from '../../virtual-clock';

export let clock: VirtualClock;
export let store: Store;
export let once: Once;
export let runs: number;

beforeEach(() => {
	clock = virtualClock();
	store = createMemoryStore(clock);
	once = instance();
	runs = 0;
});

export function instance(): Once {
	return createOnce({ store, now: clock.now, unixNow: clock.now, every: clock.every });
}

/** For the next instances of this test. */
export function replaceStore(next: Store): void {
	store = next;
}

export function work(run: () => Promise<string>, changes: Partial<Work> = {}): Work {
	const counted = () => {
		runs++;
		return run();
	};
	return { secret: 'a-secret', repeatLost: false, keepMs: 60_000, run: counted, ...changes };
}

export const good = work(() => Promise.resolve('the result'));
export const slow = (ms: number) => work(() => clock.pause(ms).then(() => 'the result'));
export const failing = (fault: WorkFault, changes: Partial<Work> = {}) =>
	work(() => Promise.reject(new WorkFailed(fault, 'a_code')), changes);
export async function whileTimePasses<Value>(promise: Promise<Value>, ms: number): Promise<Value> {
	await clock.advance(ms);
	return promise;
}

export const never = work(() => new Promise(() => {}));
