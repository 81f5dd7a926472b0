import { expect, test } from 'vitest';
import { nextTraceparent, parentOf } from '$lib/server/upstream/tracing';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

test('a trace continues with a new span id and the same sampling flag', () => {
	const next = nextTraceparent(PARENT);
	expect(next).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/);
	expect(next).not.toBe(PARENT);
});

test.each([
	['an unknown flag', PARENT.replace(/00$/, 'fe'), '00'],
	['an unknown flag and the sampled one', PARENT.replace(/00$/, 'ff'), '01'],
	['a later version with more fields', PARENT.replace(/^00/, 'cc').replace(/00$/, '01-more'), '01']
])('a trace continues from a parent with %s, without what the portal does not know', (_, parent, flags) => {
	expect(nextTraceparent(parent)).toMatch(new RegExp(`^00-0af7651916cd43dd8448eb211c80319c-[\\da-f]{16}-${flags}$`));
	expect(parentOf(parent)?.traceFlags).toBe(Number(flags));
});

test.each([
	null,
	'',
	'nonsense',
	PARENT.toUpperCase(),
	`x${PARENT}`,
	`${PARENT}x`,
	`${PARENT}-more`,
	PARENT.replace(/^00/, 'ff'),
	PARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
	PARENT.replace('b7ad6b7169203331', '0'.repeat(16))
])('a new trace starts if there is no valid parent (%j)', (parent) => {
	const next = nextTraceparent(parent);
	expect(next).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
	expect(next).not.toContain('0af7651916cd43dd8448eb211c80319c');
	expect(nextTraceparent(parent)).not.toBe(next);
	expect(parentOf(parent)).toBeUndefined();
});
