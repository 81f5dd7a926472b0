import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merge, isCovered, readRevocation, unionOf, writeRevocation } from '$lib/server/store/kinds';
import { assertProperty } from '../../../harness/property';

const IDS = ['a', 'b', 'c'];
const revocations = fc
	.record({ untilMs: fc.nat(6), id: fc.constantFrom(...IDS, null), endedUntilMs: fc.nat(5) })
	.map(({ untilMs, id, endedUntilMs }) =>
		id !== null && endedUntilMs < untilMs ? { untilMs, exempt: { id, endedUntilMs } } : { untilMs }
	);
const sessions = IDS.flatMap((id) => Array.from({ length: 8 }, (_, startMs) => ({ id, startMs })));

test('a union ends exactly the sessions that either revocation ends, and is unchanged after storage', async () => {
	await assertProperty(
		fc.asyncProperty(revocations, revocations, async (one, other) => {
			const union = unionOf(one, other);
			for (const { id, startMs } of sessions)
				expect(isCovered(union, id, startMs)).toBe(isCovered(one, id, startMs) || isCovered(other, id, startMs));
			expect(unionOf(other, one)).toEqual(union);
			expect(readRevocation(writeRevocation(union))).toEqual(union);
		})
	);
});

test.each(['', 'NaN', '-1', '5 3', '5 5 a', '5 6 a', '5 3 a b', '5 3 a:b', '12345678901234567', ' 5'])(
	'%j is not a valid revocation, and is replaced by one',
	(text) => {
		expect(readRevocation(text)).toBeNull();
		expect([merge('deny:', text, '7'), merge('deny:', '7', text)]).toEqual(['7', '7']);
	}
);

test('a plain time, as earlier versions wrote it, revokes all sessions until then', () => {
	expect(readRevocation('5')).toEqual({ untilMs: 5 });
	expect(merge('deny-all:', '5', '7')).toBe('7');
});
