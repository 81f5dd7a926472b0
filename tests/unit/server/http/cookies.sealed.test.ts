import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { sealOf } from '$lib/server/http/cookies';
import { config } from '../configured';
import { countOpenings } from '../count-openings';

vi.mock('$lib/server/config', () => import('../configured'));

const counted = countOpenings();
beforeEach(() => counted.reset());

const sealed = sealOf('test', v.string());
const seal = (value: string) => sealed.seal(value);
const open = (text: string) => sealed.open(text);

/** Names our key, and does not open. */
function broken(filler: string): string {
	return seal('value').slice(0, 40) + filler;
}

describe('opening what is sealed', () => {
	test('takes no second opening for the same text', () => {
		const text = seal('value');
		expect([open(text), open(text)]).toEqual(Array(2).fill({ value: 'value', stale: false }));
		expect(counted.openings()).toBe(1);
	});

	test('takes one again after a minute', () => {
		const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
		const text = seal('a minute');
		open(text);
		clock.mockReturnValue(61_001);
		open(text);
		clock.mockRestore();
		expect(counted.openings()).toBe(2);
	});

	test('never takes one text for another that ends alike', () => {
		const text = seal('mine');
		open(text);
		expect(open(`${text.slice(0, 30)}AAAA${text.slice(34)}`)).toBeNull();
		expect(open(text)).toMatchObject({ value: 'mine' });
	});

	test('gives nothing for a value of another shape, however often', () => {
		const text = createSeal(config().secrets, 'test').seal({ not: 'a text' });
		expect([open(text), open(text)]).toEqual([null, null]);
	});

	test('costs no cryptography for what no key of ours has sealed, or for what no browser holds', () => {
		open('garbage');
		open('A'.repeat(60_000));
		open(seal('value') + 'A'.repeat(16_384));
		expect(counted.openings()).toBe(0);
	});
});

describe('what is cached', () => {
	test('is only what opened: texts that do not are opened each time, and take no memory', () => {
		const text = broken('A'.repeat(200));
		open(text);
		open(text);
		expect(counted.openings()).toBe(2);
	});

	test('is nothing above 8 kB', () => {
		const text = seal('x'.repeat(7000));
		open(text);
		open(text);
		expect(text.length).toBeGreaterThan(8192);
		expect(counted.openings()).toBe(2);
	});

	test('is bounded in bytes: 32 MB of other texts drive the oldest out', () => {
		const first = seal('first');
		open(first);
		for (let n = 0; n < 2500; n++) open(seal(`${n} ${'x'.repeat(3500)}`));
		counted.reset();
		open(first);
		expect(counted.openings()).toBe(1);
	});
});

describe('the openings of one request', () => {
	test('are one for each text, whether it opens or not', () => {
		const request = {};
		const texts = [seal('value'), broken('A'.repeat(60))];
		for (const text of [...texts, ...texts, ...texts]) sealed.openFor(request, text);
		expect(counted.openings()).toBe(2);
	});

	test('are sixteen at most, and what comes after those does not open', () => {
		const request = {};
		for (let n = 0; n < 400; n++) sealed.openFor(request, broken(String(n).padStart(60, 'A')));
		expect(counted.openings()).toBe(16);
		expect(sealed.openFor(request, seal('late'))).toBeNull();
		expect(sealed.openFor({}, seal('another request'))).toMatchObject({ value: 'another request' });
	});
});
