import { expect, test } from 'vitest';
import { anySignal } from '$lib/wallet/pause';

test.each([0, 1])('a signal made of two aborts with either of them', (index) => {
	const controllers = [new AbortController(), new AbortController()];
	const either = anySignal(controllers.map(({ signal }) => signal));
	expect(either.aborted).toBe(false);
	controllers[index]?.abort();
	expect(either.aborted).toBe(true);
});

test('a signal made of an aborted one is aborted', () => {
	expect(anySignal([new AbortController().signal, AbortSignal.abort()]).aborted).toBe(true);
});
