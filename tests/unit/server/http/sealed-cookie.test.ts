import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { sealOf } from '$lib/server/http/sealed-cookie';
import { config } from '../configured';
import { countOpenings } from '../count-openings';

vi.mock('$lib/server/config', () => import('../configured'));

const counted = countOpenings();
beforeEach(() => counted.reset());

const sealed = sealOf('test', v.string());
const seal = (value: string) => sealed.seal(value);
const open = (text: string) => sealed.open(text);

/** Names our key, and does not open. */
async function broken(filler: string): Promise<string> {
	return (await seal('value')).slice(0, 40) + filler;
}

describe('opening what is sealed', () => {
	test('takes no second opening for the same text', async () => {
		const text = await seal('value');
		expect([await open(text), await open(text)]).toEqual(Array(2).fill({ value: 'value', stale: false }));
		expect(counted.openings()).toBe(1);
	});

	test('takes one again after a minute', async () => {
		const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
		const text = await seal('a minute');
		await open(text);
		clock.mockReturnValue(61_001);
		await open(text);
		clock.mockRestore();
		expect(counted.openings()).toBe(2);
	});

	test('never takes one text for another that ends alike', async () => {
		const text = await seal('mine');
		await open(text);
		expect(await open(`${text.slice(0, 30)}AAAA${text.slice(34)}`)).toBeNull();
		expect(await open(text)).toMatchObject({ value: 'mine' });
	});

	test('gives nothing for a value of another shape, however often', async () => {
		const text = await createSeal(config().secrets, 'test').seal({ not: 'a text' });
		expect([await open(text), await open(text)]).toEqual([null, null]);
	});

	test('costs no cryptography for what no key of ours has sealed, or for what no browser holds', async () => {
		await open('garbage');
		await open('A'.repeat(60_000));
		await open((await seal('value')) + 'A'.repeat(16_384));
		expect(counted.openings()).toBe(0);
	});
});

describe('what is cached', () => {
	test('is only what opened: texts that do not are opened each time, and take no memory', async () => {
		const text = await broken('A'.repeat(200));
		await open(text);
		await open(text);
		expect(counted.openings()).toBe(2);
	});

	test('is nothing above 8 kB', async () => {
		const text = await seal('x'.repeat(7000));
		await open(text);
		await open(text);
		expect(text.length).toBeGreaterThan(8192);
		expect(counted.openings()).toBe(2);
	});

	test('is bounded in bytes: 32 MB of other texts drive the oldest out', async () => {
		const first = await seal('first');
		await open(first);
		for (let n = 0; n < 2500; n++) await open(await seal(`${n} ${'x'.repeat(3500)}`));
		counted.reset();
		await open(first);
		expect(counted.openings()).toBe(1);
	});
});

describe('the openings of one request', () => {
	test('are one for each text, whether it opens or not', async () => {
		const request = {};
		const texts = [await seal('value'), await broken('A'.repeat(60))];
		for (const text of [...texts, ...texts, ...texts]) await sealed.openFor(request, text);
		expect(counted.openings()).toBe(2);
	});

	test('are sixteen at most, and what comes after those does not open', async () => {
		const request = {};
		for (let n = 0; n < 400; n++) await sealed.openFor(request, await broken(String(n).padStart(60, 'A')));
		expect(counted.openings()).toBe(16);
		expect(await sealed.openFor(request, await seal('late'))).toBeNull();
		expect(await sealed.openFor({}, await seal('another request'))).toMatchObject({ value: 'another request' });
	});
});
