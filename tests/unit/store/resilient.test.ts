import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/lib/server/store/memory';
import { createResilientStore } from '../../../src/lib/server/store/resilient';
import { virtualClock } from '../virtual-clock';
import { behavesAsAStore } from './contract';
import { breakableStore } from './breakable-store';

const clock = virtualClock();
let shared = breakableStore(clock);
let states: boolean[] = [];

function instance() {
	const onState = (isUp: boolean) => void states.push(isUp);
	return createResilientStore({ shared, own: createMemoryStore(clock), onState, now: clock.now });
}

beforeEach(() => {
	shared = breakableStore(clock);
	states = [];
});

describe('a shared store that is there', () => {
	behavesAsAStore(instance, clock.advance);

	test('shows one instance what another has written', async () => {
		await instance().write('a', 'one', 60_000);
		expect(await instance().read('a')).toMatchObject({ text: 'one' });
	});

	test('lets one instance alone claim a key', async () => {
		const tries = await Promise.all(
			[instance(), instance(), instance()].map((one) => one.replace('a', null, 'x', 1000))
		);
		expect(tries.filter(Boolean)).toHaveLength(1);
	});
});

describe('a shared store that is away', () => {
	behavesAsAStore(() => {
		shared.goAway();
		return instance();
	}, clock.advance);

	test('is told of once, and of its return once', async () => {
		const store = instance();
		shared.goAway();
		await Promise.all([store.read('a'), store.read('b'), store.write('c', 'x', 1000)]);
		shared.comeBack();
		await clock.advance(1000);
		await Promise.all([store.read('a'), store.read('b')]);
		expect(states).toEqual([false, true]);
	});

	test('is left alone for a second after a fault', async () => {
		const store = instance();
		shared.goAway();
		await store.read('a');
		const asked = shared.asked();
		await clock.advance(999);
		await store.read('a');
		expect(shared.asked()).toBe(asked);
		await clock.advance(1);
		await store.read('a');
		expect(shared.asked()).toBe(asked + 1);
	});

	test('does not make an instance forget what it wrote before, nor when the store comes back empty', async () => {
		const store = instance();
		await store.write('a', 'one', 60_000);
		shared.goAway();
		expect(await store.read('a')).toMatchObject({ text: 'one' });
		shared.comeBack({ isEmpty: true });
		await clock.advance(1000);
		const read = await store.read('a');
		expect(read).toMatchObject({ text: 'one' });
		expect(await store.replace('a', read, 'two', 60_000)).toBe(true);
		expect(await instance().read('a')).toMatchObject({ text: 'two' });
	});

	test('does not let an instance replace by what it read before something newer of its own', async () => {
		const store = instance();
		await store.write('a', 'one', 60_000);
		const read = await store.read('a');
		shared.goAway();
		await store.write('a', 'two', 60_000);
		expect(await store.replace('a', read, 'three', 60_000)).toBe(false);
		expect(await store.read('a')).toMatchObject({ text: 'two' });
	});
});

describe('a shared store that comes back', () => {
	test('is told what it has missed, over what it held', async () => {
		const store = instance();
		await store.write('a', 'running', 60_000);
		shared.goAway();
		await store.write('a', 'done', 60_000);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		expect(await instance().read('a')).toMatchObject({ text: 'done' });
	});

	test('is not believed before it has been told', async () => {
		const store = instance();
		await store.write('a', 'running', 60_000);
		shared.goAway();
		await store.write('a', 'done', 60_000);
		shared.comeBack();
		await clock.advance(1000);
		expect(await store.read('a')).toMatchObject({ text: 'done' });
	});

	test('is not told what has expired meanwhile', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 500);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		expect(await instance().read('a')).toBeNull();
	});

	test('and goes away again before it was told all, is told the next time', async () => {
		const store = instance();
		shared.goAway();
		await store.write('a', 'one', 60_000);
		await store.write('b', 'two', 60_000);
		shared.comeBack();
		await clock.advance(1000);
		shared.goAwayAfter(2);
		await store.read('another key');
		await clock.advance(0);
		shared.comeBack();
		await clock.advance(1000);
		await store.read('another key');
		await clock.advance(0);
		const read = await Promise.all(['a', 'b'].map((key) => instance().read(key)));
		expect(read).toMatchObject([{ text: 'one' }, { text: 'two' }]);
	});
});
