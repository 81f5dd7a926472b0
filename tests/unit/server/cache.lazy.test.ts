import { expect, test, vi } from 'vitest';
import { lazy } from '$lib/server/cache';

test('a lazy value is computed once, at its first use', () => {
	const find = vi.fn(() => 'found');
	const value = lazy(find);
	expect(find).not.toHaveBeenCalled();
	expect([value(), value()]).toEqual(['found', 'found']);
	expect(find).toHaveBeenCalledOnce();
});
