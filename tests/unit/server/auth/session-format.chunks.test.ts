import { describe, expect, test } from 'vitest';
import { joinChunks, leftoverChunks, splitChunks } from '$lib/server/auth/session-format';

const NAME = '__Host-portal.session';
/** Browsers keep this much of one cookie: name, value and attributes. */
const BROWSER_LIMIT_BYTES = 4096;
const ATTRIBUTES = '; Max-Age=86400; Path=/; HttpOnly; Secure; SameSite=Lax'.length;

function split(length: number) {
	return splitChunks(NAME, 'v'.repeat(length));
}

describe('splitting', () => {
	test.each([
		[1, 1],
		[3800, 1],
		[3801, 2],
		[7600, 2],
		[7601, 3],
		[15_200, 4]
	])('a value of %d characters takes %d cookies', (length, count) => {
		expect(split(length)).toHaveLength(count);
	});

	test('refuses a value that takes more than four cookies', () => {
		expect(split(15_201)).toBeNull();
	});

	test('keeps the plain name for a single cookie, and numbers several cookies from 0', () => {
		expect(split(3800)?.map(({ name }) => name)).toEqual([NAME]);
		expect(split(8000)?.map(({ name }) => name)).toEqual([`${NAME}.0`, `${NAME}.1`, `${NAME}.2`]);
	});

	test('creates cookies that browsers accept and that join to the value, at every length', () => {
		for (let length = 1; length <= 15_200; length += 137) {
			const value = Array.from({ length }, (_, at) => String(at % 10)).join('');
			const chunks = splitChunks(NAME, value) ?? [];
			const sizes = chunks.map((chunk) => chunk.name.length + 1 + chunk.value.length + ATTRIBUTES);
			expect(Math.max(...sizes)).toBeLessThanOrEqual(BROWSER_LIMIT_BYTES);
			const values = new Map(chunks.map((chunk) => [chunk.name, chunk.value]));
			expect(joinChunks(NAME, (name) => values.get(name))).toBe(value);
		}
	});
});

describe('joining', () => {
	test.each<[string, Record<string, string>, string | null]>([
		['no cookie', {}, null],
		['the plain cookie', { [NAME]: 'a' }, 'a'],
		['chunks from 0, in any order', { [`${NAME}.1`]: 'b', [`${NAME}.0`]: 'a' }, 'ab'],
		['chunks up to a gap', { [`${NAME}.0`]: 'a', [`${NAME}.2`]: 'c' }, 'a'],
		['no chunks without the first', { [`${NAME}.1`]: 'b' }, null],
		['no fifth chunk', Object.fromEntries([0, 1, 2, 3, 4].map((at) => [`${NAME}.${at}`, String(at)])), '0123'],
		['an empty cookie as absent', { [NAME]: '' }, null]
	])('reads %s', (_, cookies, value) => {
		expect(joinChunks(NAME, (name) => cookies[name])).toBe(value);
	});

	test.each([
		`${NAME}.00`,
		`${NAME}.0x`,
		`${NAME}.-0`,
		`${NAME}0`,
		`${NAME}-0`,
		`x${NAME}.0`,
		'portal.session',
		'portal.session.0',
		'__Host-portalXsession.0'
	])('ignores the look-alike %s', (name) => {
		expect(joinChunks(NAME, (wanted) => (wanted === name ? 'evil' : undefined))).toBeNull();
	});
});

describe('leftovers', () => {
	const received = [
		NAME,
		`${NAME}.0`,
		`${NAME}.1`,
		`${NAME}.7`,
		`${NAME}.x`,
		`x${NAME}.0`,
		'__Host-portalXsession.0',
		'other'
	];

	test('are all earlier cookies that are not written again', () => {
		const kept = [{ name: `${NAME}.0`, value: 'new' }];
		expect(leftoverChunks(NAME, received, kept)).toEqual([NAME, `${NAME}.1`, `${NAME}.7`]);
	});

	test('are all earlier cookies of this name if nothing is kept, and no others', () => {
		expect(leftoverChunks(NAME, received, [])).toEqual([NAME, `${NAME}.0`, `${NAME}.1`, `${NAME}.7`]);
	});

	test('are limited to eight, so that the response headers stay small', () => {
		const many = Array.from({ length: 400 }, (_, at) => `${NAME}.${at}`);
		expect(leftoverChunks(NAME, many, [])).toHaveLength(8);
	});
});
