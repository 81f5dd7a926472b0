import * as v from 'valibot';
import { expect, test } from 'vitest';
import { newIdempotencyKey } from '../../../src/lib/wallet/api';

test('each idempotency key is a unique random UUID', () => {
	const keys = Array.from({ length: 200 }, newIdempotencyKey);
	expect(new Set(keys).size).toBe(200);
	expect(keys.filter((key) => !v.is(v.pipe(v.string(), v.uuid()), key))).toEqual([]);
	expect(keys.filter((key) => !/^.{14}4.{4}[89ab]/.test(key))).toEqual([]);
});
