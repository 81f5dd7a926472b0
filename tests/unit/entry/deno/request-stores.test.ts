import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { RequestStores } from '../../../../src/entry/deno/request-stores';

test('works that wait at the same time each have their own store', async () => {
	const stores = new RequestStores<string>();
	const work = async () => {
		const before = stores.getStore();
		await turn();
		return [before, stores.getStore()];
	};
	expect(await Promise.all([stores.run('a', work), stores.run('b', work)])).toEqual([
		['a', 'a'],
		['b', 'b']
	]);
});

test('work within work has its own store, and the outer one has its back afterwards', async () => {
	const stores = new RequestStores<string>();
	const inner = async () => {
		await turn();
		return stores.getStore();
	};
	const seen = await stores.run('outer', async () => [await stores.run('inner', inner), stores.getStore()]);
	expect(seen).toEqual(['inner', 'outer']);
});

test('there is none outside of work, nor for what goes on when it is over', async () => {
	const stores = new RequestStores<string>();
	let later: Promise<string | undefined> | undefined;
	const goOn = async () => {
		await turn();
		return stores.getStore();
	};
	await stores.run('a', async () => {
		await turn();
		later = goOn();
	});
	expect([stores.getStore(), await later]).toEqual([undefined, undefined]);
});

test('work that ends at once, well or not, has its store and leaves none behind', async () => {
	const stores = new RequestStores<string>();
	let later: Promise<string | undefined> | undefined;
	const goOn = () => {
		later = turn().then(() => stores.getStore());
		return stores.getStore();
	};
	expect([stores.run('a', goOn), await later]).toEqual(['a', undefined]);
	const fails = () => {
		goOn();
		throw new Error('no');
	};
	expect(() => stores.run('b', fails)).toThrow('no');
	expect(await later).toBeUndefined();
	await expect(stores.run('c', () => Promise.reject(new Error('late')))).rejects.toThrow('late');
});
