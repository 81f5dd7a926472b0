import { describe, expect, test } from 'vitest';
import { createOnce } from '$lib/server/auth/run-once';
import { keyOf, MAX_RESULT_BYTES, openResult, readRecord, writeResult } from '$lib/server/store/lease';
import { createMemoryStore, MAX_VALUE_CHARACTERS, type Store } from '$lib/server/store/store';

/** The sealed text in the record of a result. */
function sealResult(secret: string, result: string): string {
	const record = readRecord(writeResult(secret, result));
	return record?.state === 'done' ? record.sealed : '';
}

describe('a result in the store', () => {
	test('opens only with the secret that it was created from', () => {
		const sealed = sealResult('old-token', 'new-token');
		expect(openResult('old-token', sealed)).toBe('new-token');
		expect(openResult('other-token', sealed)).toBeNull();
	});

	test('that was tampered with does not open', () => {
		const sealed = sealResult('old-token', 'new-token');
		const changed = (sealed.at(-3) === 'A' ? 'B' : 'A') + sealed.slice(-2);
		expect(openResult('old-token', sealed.slice(0, -3) + changed)).toBeNull();
	});

	test('has a key that is the same on every instance and does not reveal the secret', () => {
		const name = keyOf('old-token');
		expect(keyOf('old-token')).toBe(name);
		expect(keyOf('other-token')).not.toBe(name);
		expect(name).toMatch(/^once:[\w-]{43}$/);
	});

	test('is at most as long as a value may be: a larger one ends the work for other callers', () => {
		const largest = 'x'.repeat(MAX_RESULT_BYTES - 2);
		const text = writeResult('old-token', largest);
		expect(text.length).toBeLessThanOrEqual(MAX_VALUE_CHARACTERS);
		expect(readRecord(text)).toMatchObject({ state: 'done' });
		expect(readRecord(writeResult('old-token', `${largest}xx`))).toEqual({ state: 'ended', code: 'result_too_large' });
	});

	test('does not reveal the secret or the result in its key or its value', async () => {
		const store = createMemoryStore();
		const written: string[] = [];
		const watched: Store = {
			...store,
			replace: (key, expected, text, lifeMs) => {
				written.push(key, text);
				return store.replace(key, expected, text, lifeMs);
			},
			write: (key, text, lifeMs) => {
				written.push(key, text);
				return store.write(key, text, lifeMs);
			}
		};
		const run = () => Promise.resolve('the result');
		await createOnce({ store: watched }).run({ secret: 'a-secret', repeatLost: false, keepMs: 60_000, run });
		expect(written).toHaveLength(4);
		const plain = written.join(' ') + written.map((text) => Buffer.from(text, 'base64url').toString()).join(' ');
		expect(plain).not.toMatch(/a-secret|the result/);
	});
});
