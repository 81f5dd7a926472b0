import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWeakSecret } from '$lib/server/config/fields';
import { ConfigError, parseConfig } from '$lib/server/config/parse';
import { assertProperty } from '../../../harness/property';
import { environment } from '../configured';

const bytes = (length: number) =>
	fc.uint8Array({ minLength: length, maxLength: length }).map((all) => Buffer.from(all));
const words =
	'anchor basket candle dragon engine forest garden hammer island jacket kettle ladder magnet needle orange pencil'.split(
		' '
	);
const GOOD = 'q9ZxA7vK2mNc5rTb8sWd1eYf4gHj6kLp3oQu0iVaXyRtEwMn';

/** What a random source makes; not fast-check's own bias to small and repeated values. */
function random(seed: number, length: number): Buffer {
	let state = seed >>> 0;
	return Buffer.from(
		Array.from({ length }, () => {
			state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
			const mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
			return ((mixed ^ (mixed >>> 15)) >>> 8) & 0xff;
		})
	);
}
const rank = (seed: number, word: string) => random(seed ^ (words.indexOf(word) * 7919), 4).readUInt32BE();
const seeds = fc.noBias(fc.integer({ min: 0, max: 0xffffffff }));

describe('a strong secret', () => {
	test.each<[what: string, make: (seed: number) => string]>([
		['openssl rand -base64 24', (seed) => random(seed, 24).toString('base64')],
		['openssl rand -base64 48', (seed) => random(seed, 48).toString('base64')],
		['base64url', (seed) => random(seed, 32).toString('base64url')],
		['openssl rand -hex 16', (seed) => random(seed, 16).toString('hex')],
		['openssl rand -hex 32', (seed) => random(seed, 32).toString('hex')],
		['40 digits', (seed) => [...random(seed, 40)].map((byte) => byte % 10).join('')],
		[
			'six words',
			(seed) =>
				[...words]
					.sort((a, b) => rank(seed, a) - rank(seed, b))
					.slice(0, 6)
					.join('-')
		]
	])('from a random source is never refused: %s', (_what, make) => {
		void assertProperty(
			fc.property(seeds, (seed) => {
				expect(isWeakSecret(make(seed))).toBe(false);
			}),
			{ numRuns: 2000 }
		);
	});

	test.each([
		environment.AUTH_SECRET,
		'a-secret-of-exactly-32-character',
		'correct-horse-battery-staple-orange',
		'Wij-drinken-elke-ochtend-sterke-koffie!',
		'changeling-marmalade-orbit-violin-teapot'
	])('that is a unique phrase is not refused: %s', (secret) => {
		expect(isWeakSecret(secret)).toBe(false);
	});
});

describe('a secret that is too simple', () => {
	test.each([
		'x'.repeat(32),
		'x'.repeat(1000),
		`${'x'.repeat(40)}y`,
		'abc'.repeat(11),
		`${'abcd'.repeat(10)}-1`,
		'change-me-'.repeat(4),
		'test-secret-'.repeat(3),
		'secret'.repeat(10),
		'0123456789'.repeat(4),
		'0123456789abcdef0123456789abcdef',
		'abcdefghijklmnopqrstuvwxyzabcdef',
		'zyxwvutsrqponmlkjihgfedcba9876543210',
		'aaaaaaaabbbbbbbbccccccccdddddddd',
		'change-me-to-a-random-secret-of-32-characters',
		'changeme!!before-you-go-into-production-please',
		'your-secret-of-at-least-32-characters-here',
		'<a-random-secret-of-at-least-32-characters>'
	])('is refused: %s', (secret) => {
		expect(isWeakSecret(secret)).toBe(true);
	});

	test('is refused for every repeated short text, with any ending', () => {
		void assertProperty(
			fc.property(fc.string({ minLength: 1, maxLength: 8 }), fc.string({ maxLength: 3 }), (unit, end) => {
				expect(isWeakSecret(unit.repeat(60).slice(0, 64) + end)).toBe(true);
			})
		);
	});

	test('is checked in time proportional to its length', () => {
		void assertProperty(
			fc.property(bytes(4096), (all) => typeof isWeakSecret(all.toString('latin1')) === 'boolean'),
			{ numRuns: 20 }
		);
	});

	test.each([
		['x'.repeat(32), GOOD],
		[GOOD, 'x'.repeat(32)]
	])('prevents the start at any position in a rotation, and is not repeated in the message', (...secrets) => {
		const start = () => parseConfig({ ...environment, AUTH_SECRET: secrets.join(' ') });
		expect(start).toThrow(ConfigError);
		expect(start).toThrow(/AUTH_SECRET: every secret must be random/);
		expect(start).not.toThrow(/xxxx/);
	});

	test('prevents the start under the older variable name too', () => {
		const { AUTH_SECRET: _unset, ...rest } = environment;
		expect(() => parseConfig({ ...rest, NEXTAUTH_SECRET: 'abc'.repeat(11) })).toThrow(/must be random/);
		expect(() => parseConfig({ ...rest, NEXTAUTH_SECRET: GOOD })).not.toThrow();
	});
});
