import { afterEach, beforeEach } from 'vitest';
import { createMemoryStore } from '$lib/server/store/store';
import { createResilientStore, type ResilientStore } from '$lib/server/store/resilient';
import { virtualClock } from '../../virtual-clock';
import { breakableStore } from './breakable-store';

export const clock = virtualClock();
export let shared = breakableStore(clock);
export let states: boolean[] = [];
export let causes: unknown[] = [];
export let instances: ResilientStore[] = [];

export function instance() {
	const seen = { states, causes };
	const onState = (isUp: boolean, cause?: unknown) => {
		seen.states.push(isUp);
		seen.causes.push(cause);
	};
	const isUrgent = (key: string) => key.startsWith('deny:');
	const store = createResilientStore({
		shared: shared.connect(),
		own: createMemoryStore(clock),
		onState,
		isUrgent,
		...clock
	});
	instances.push(store);
	return store;
}

beforeEach(() => {
	shared = breakableStore(clock);
	[states, causes, instances] = [[], [], []];
});
afterEach(() => Promise.all(instances.map((store) => store.close())));
