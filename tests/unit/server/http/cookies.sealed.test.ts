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

describe('opening a sealed text', () => {
	test('decrypts the same text only once', () => {
		const text = seal('value');
		expect([open(text), open(text)]).toEqual(Array(2).fill({ value: 'value', stale: false }));
		expect(counted.openings()).toBe(1);
	});

	test('decrypts the same text again after a minute', () => {
		const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
		const text = seal('a minute');
		open(text);
		clock.mockReturnValue(61_001);
		open(text);
		clock.mockRestore();
		expect(counted.openings()).toBe(2);
	});

	test('never confuses two texts with the same ending', () => {
		const text = seal('mine');
		open(text);
		expect(open(`${text.slice(0, 30)}AAAA${text.slice(34)}`)).toBeNull();
		expect(open(text)).toMatchObject({ value: 'mine' });
	});

	test('returns null for a value of another shape, however often it is opened', () => {
		const text = createSeal(config().secrets, 'test').seal({ not: 'a text' });
		expect([open(text), open(text)]).toEqual([null, null]);
	});

	test('decrypts no text that our keys did not seal or that is too long for the cookies of a browser', () => {
		open('garbage');
		open('A'.repeat(60_000));
		open(seal('value') + 'A'.repeat(16_384));
		expect(counted.openings()).toBe(0);
	});
});

describe('the cache of opened texts', () => {
	test('holds only texts that opened: others are decrypted each time, and take no memory', () => {
		const text = broken('A'.repeat(200));
		open(text);
		open(text);
		expect(counted.openings()).toBe(2);
	});

	test('holds no text above 8 kB', () => {
		const text = seal('x'.repeat(7000));
		open(text);
		open(text);
		expect(text.length).toBeGreaterThan(8192);
		expect(counted.openings()).toBe(2);
	});

	test('is limited in bytes: 32 MB of other texts evict the oldest one', () => {
		const first = seal('first');
		open(first);
		for (let n = 0; n < 2500; n++) open(seal(`${n} ${'x'.repeat(3500)}`));
		counted.reset();
		open(first);
		expect(counted.openings()).toBe(1);
	});
});

describe('opening texts for one request', () => {
	test('decrypts each text once, whether it opens or not', () => {
		const request = {};
		const texts = [seal('value'), broken('A'.repeat(60))];
		for (const text of [...texts, ...texts, ...texts]) sealed.openFor(request, text);
		expect(counted.openings()).toBe(2);
	});

	test('opens a text for its own purpose only, also when the same request has opened it before', () => {
		const request = {};
		const text = seal('value');
		expect(sealed.openFor(request, text)).toMatchObject({ value: 'value' });
		expect(sealOf('another', v.string()).openFor(request, text)).toBeNull();
		expect(sealed.openFor(request, text)).toMatchObject({ value: 'value' });
	});

	test('decrypts at most sixteen texts, and opens none after those', () => {
		const request = {};
		for (let n = 0; n < 400; n++) sealed.openFor(request, broken(String(n).padStart(60, 'A')));
		expect(counted.openings()).toBe(16);
		expect(sealed.openFor(request, seal('late'))).toBeNull();
		expect(sealed.openFor({}, seal('another request'))).toMatchObject({ value: 'another request' });
	});
});
