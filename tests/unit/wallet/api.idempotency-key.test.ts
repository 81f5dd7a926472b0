import * as v from 'valibot';
import { expect, test } from 'vitest';
import { newIdempotencyKey } from '../../../src/lib/wallet/api';

test('each attempt is a UUID of its own, of the random kind', () => {
	const attempts = Array.from({ length: 200 }, newIdempotencyKey);
	expect(new Set(attempts).size).toBe(200);
	expect(attempts.filter((attempt) => !v.is(v.pipe(v.string(), v.uuid()), attempt))).toEqual([]);
	expect(attempts.filter((attempt) => !/^.{14}4.{4}[89ab]/.test(attempt))).toEqual([]);
});
