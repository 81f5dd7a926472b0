import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutations } from '../../mutation/list/index.mjs';
import { mutated, suiteOf } from '../../mutation/mutation.mjs';
import { root } from '../../tasks/runtime.mjs';

test.each(mutations)('the mutation "$name" applies to the sources, and its test file exists', (mutation) => {
	const text = readFileSync(join(root, mutation.file), 'utf8');
	expect(mutated(mutation, text)).not.toBe(text);
	expect(existsSync(join(root, mutation.test))).toBe(true);
});

test('mutations have unique names, and there are at most 60: a run takes less than an hour', () => {
	expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
	expect(mutations.length).toBeLessThanOrEqual(60);
});

test('npm test has 95 % of the test files that mutations name', () => {
	const files = [...new Set(mutations.map(({ test: file }) => file))];
	const core = files.filter((file) => suiteOf(file).partOf === 'core');
	expect(core.length / files.length).toBeGreaterThanOrEqual(0.95);
});

describe('a mutation', () => {
	const mutation = { name: 'one', file: 'a.ts', find: 'x', replace: '$&y', test: 'tests/unit/a.test.ts' };

	test('is applied literally', () => {
		expect(mutated(mutation, 'axb')).toBe('a$&yb');
	});

	test.each(['ab', 'axbx'])('is refused if its text does not occur exactly once (%s)', (text) => {
		expect(() => mutated(mutation, text)).toThrow('not once');
	});
});
