import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeRecord } from '$lib/server/store/lease';
import { copyMsOf, isUrgent, merge } from '$lib/server/store/kinds';
import { createMemoryStore, type MemoryStore } from '$lib/server/store/store';
import { createResilientStore, LOSS_GRACE_MS, type ResilientStore } from '$lib/server/store/resilient';
import { virtualClock } from '../../virtual-clock';
import { breakableStore } from './breakable-store';

const clock = virtualClock();
let shared = breakableStore(clock);
let states: boolean[] = [];
let losses = 0;
let instances: ResilientStore[] = [];

/** One that has seen the store work, as after its start. */
async function started(own: MemoryStore = createMemoryStore(clock)): Promise<ResilientStore> {
	const seen = states;
	const store = createResilientStore({
		shared: shared.connect(),
		own,
		isUrgent,
		merge,
		copyMsOf,
		checkEveryMs: 1000,
		onState: (isUp) => seen.push(isUp),
		onLoss: () => losses++,
		...clock
	});
	instances.push(store);
	await store.check();
	return store;
}

beforeEach(() => {
	shared = breakableStore(clock);
	[states, instances, losses] = [[], [], 0];
});
afterEach(() => Promise.all(instances.map((store) => store.close())));

describe('a shared store that loses its data', () => {
	test('receives it again from the instance that wrote it, without any request, revocations first', async () => {
		const store = await started();
		for (let n = 0; n < 300; n++) await store.write(`key:${n}`, 'x', 60_000);
		await store.write('deny:id:a', '1', 60_000);
		const before = shared.written().length;
		shared.forget();
		await clock.advance(1000);
		const written = shared.written().slice(before);
		expect([written[0], written.length, losses]).toEqual(['deny:id:a', 301, 1]);
		expect(await shared.read('key:299')).toMatchObject({ text: 'x' });
	});

	test('receives all of it again, even if it fails in the meantime', async () => {
		const store = await started();
		for (const key of ['deny:a', 'deny:b', 'c:1', 'c:2']) await store.write(key, '1', 60_000);
		shared.forget();
		shared.goAwayAfter(3);
		await clock.advance(1000);
		expect(states).toEqual([false]);
		shared.comeBack();
		await clock.advance(3000);
		const read = await Promise.all(['deny:a', 'deny:b', 'c:1', 'c:2'].map((key) => shared.read(key)));
		expect(read).toMatchObject([{ text: '1' }, { text: '1' }, { text: '1' }, { text: '1' }]);
	});

	test('receives an entry that it has refused meanwhile, without any request', async () => {
		const store = await started();
		await store.write('c:1', '1', 60_000);
		shared.forget();
		shared.refuse('c:1');
		await clock.advance(3000);
		shared.accept('c:1');
		await clock.advance(3000);
		expect(await shared.read('c:1')).toMatchObject({ text: '1' });
	});

	test('causes no report by an instance that starts later', async () => {
		await started();
		shared.forget();
		await clock.advance(1000);
		expect(losses).toBe(1);
		await started();
		await clock.advance(10_000);
		expect(losses).toBe(1);
	});

	test('receives entries with their remaining lifetime', async () => {
		const store = await started();
		await store.write('deny:a', '1', 60_000);
		await clock.advance(50_000);
		shared.forget();
		await clock.advance(1000);
		expect(await shared.remainingMs('deny:a')).toBeLessThanOrEqual(10_000);
	});

	test('refuses a claim on an entry that another instance had claimed and is about to write again', async () => {
		const [first, second] = [await started(), await started()];
		await first.replace('once:a', null, 'claimed', 60_000);
		shared.forget();
		const claim = second.replace('once:a', null, 'claimed twice', 60_000);
		await clock.advance(LOSS_GRACE_MS);
		expect(await claim).toBe(false);
		expect(await second.read('once:a')).toMatchObject({ text: 'claimed' });
	});

	test('accepts a claim on an entry that no instance writes again', async () => {
		const store = await started();
		shared.forget();
		const claim = store.replace('once:a', null, 'claimed', 60_000);
		await clock.advance(LOSS_GRACE_MS);
		expect(await claim).toBe(true);
	});

	test.each([
		{
			what: 'a result over an earlier loss',
			key: 'once:a',
			behind: lost(1),
			ahead: writeRecord({ state: 'done', sealed: 's' })
		},
		{ what: 'an attempt over the loss before it', key: 'once:a', behind: lost(1), ahead: running(1) },
		{ what: 'a loss over the attempt that was lost', key: 'once:a', behind: running(0), ahead: lost(1) },
		{
			what: 'the end over attempts',
			key: 'once:a',
			behind: running(3),
			ahead: writeRecord({ state: 'ended', code: 'c' })
		},
		{ what: 'the later of two logouts', key: 'deny:sub:a', behind: '999', ahead: '1000' },
		{ what: 'a confirmation over the start', key: 'wallet-linking:a', behind: 'started', ahead: 'submitted' }
	])('receives the most advanced entry that any of several instances holds: $what', async ({ key, behind, ahead }) => {
		for (const isFirstBehind of [true, false]) {
			const [first, second] = [await started(), await started()];
			await first.write(key, isFirstBehind ? behind : ahead, 60_000);
			await second.write(key, isFirstBehind ? ahead : behind, 60_000);
			shared.forget();
			await clock.advance(3000);
			expect(await shared.read(key)).toMatchObject({ text: ahead });
			await Promise.all([first.close(), second.close()]);
		}
	});

	test('receives the most advanced entry from an instance that has seen it, also after its writer has stopped', async () => {
		const [writer, other] = [await started(), await started()];
		await writer.write('wallet-linking:a', 'submitted', 60_000);
		await other.write('wallet-linking:a', 'started', 60_000);
		shared.forget();
		await clock.advance(3000);
		await writer.close();
		shared.forget();
		await clock.advance(3000);
		expect(await shared.read('wallet-linking:a')).toMatchObject({ text: 'submitted' });
	});

	test('refuses a change that is based on a copy older than that of another instance', async () => {
		const [first, second] = [await started(), await started()];
		await first.write('once:a', lost(1), 60_000);
		const read = await second.read('once:a');
		await second.replace('once:a', read, running(1), 60_000);
		shared.forget();
		await clock.advance(999);
		await first.check();
		const stale = await first.read('once:a');
		const change = first.replace('once:a', stale, running(1), 60_000);
		await clock.advance(LOSS_GRACE_MS);
		expect(await change).toBe(false);
	});
});

describe('a shared store that is restored to an earlier state', () => {
	test('receives what was written since', async () => {
		const store = await started();
		await store.write('deny:a', '1', 60_000);
		shared.goAway();
		await store.read('b');
		await clock.advance(0);
		// As a replica does that takes over before it has got everything.
		shared.drop('deny:a');
		shared.comeBack();
		await clock.advance(1000);
		expect(losses).toBe(0);
		expect(await shared.read('deny:a')).toMatchObject({ text: '1' });
	});

	test('receives what was written since, and older entries that were written again since', async () => {
		const store = await started();
		await store.write('deny:old', '1', 3_600_000);
		await clock.advance(60_000);
		shared.forget();
		await clock.advance(1000);
		await store.write('deny:new', '1', 3_600_000);
		shared.goAway();
		await store.read('b');
		await clock.advance(0);
		for (const key of ['deny:old', 'deny:new']) shared.drop(key);
		shared.comeBack();
		await clock.advance(1000);
		const read = await Promise.all(['deny:old', 'deny:new'].map((key) => shared.read(key)));
		expect(read).toMatchObject([{ text: '1' }, { text: '1' }]);
	});
});

describe('copies of results of token calls', () => {
	const RESULT = writeRecord({ state: 'done', sealed: 's' });
	const DAY_MS = 24 * 60 * 60_000;

	test('are removed after two minutes, but those of revocations stay', async () => {
		const own = createMemoryStore(clock);
		const store = await started(own);
		await store.write('once:a', RESULT, DAY_MS);
		await store.write('deny:a', '1', DAY_MS);
		await clock.advance(119_000);
		expect(await own.read('once:a')).toMatchObject({ text: RESULT });
		await clock.advance(2000);
		expect([await own.read('once:a'), await own.read('deny:a')]).toMatchObject([null, { text: '1' }]);
		expect(await store.read('once:a')).toMatchObject({ text: RESULT });
	});

	test('stay while the store is unreachable, and for two minutes after it has received them', async () => {
		const own = createMemoryStore(clock);
		const store = await started(own);
		shared.goAway();
		await store.write('once:a', RESULT, DAY_MS);
		await clock.advance(10 * 60_000);
		expect(await store.read('once:a')).toMatchObject({ text: RESULT });
		shared.comeBack();
		await clock.advance(5000);
		expect(await shared.read('once:a')).toMatchObject({ text: RESULT });
		await clock.advance(121_000);
		expect(await own.read('once:a')).toBeNull();
	});
});

function running(losses: number): string {
	return writeRecord({ state: 'running', holder: 'h', untilMs: 0, losses });
}

function lost(losses: number): string {
	return writeRecord({ state: 'lost', atMs: 0, losses });
}
