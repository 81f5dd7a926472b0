import { expect, test } from 'vitest';
import { nextTraceparent } from '$lib/server/upstream/tracing';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

test('a trace continues with a new span id and the same sampling flag', () => {
	const next = nextTraceparent(PARENT);
	expect(next).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/);
	expect(next).not.toBe(PARENT);
});

test.each([
	null,
	'',
	'nonsense',
	PARENT.toUpperCase(),
	`x${PARENT}`,
	`${PARENT}x`,
	PARENT.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
	PARENT.replace('b7ad6b7169203331', '0'.repeat(16))
])('a new trace starts if there is no valid parent (%j)', (parent) => {
	const next = nextTraceparent(parent);
	expect(next).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
	expect(next).not.toContain('0af7651916cd43dd8448eb211c80319c');
	expect(nextTraceparent(parent)).not.toBe(next);
});
