import { expect, test } from 'vitest';
import { matches } from '$lib/ui/find-institution.js';

test.each([
	['Universiteit Noord', 'noord', true],
	['Universiteit Noord', '  NOORD  ', true],
	['Universiteit Noord', 'noord univ', true],
	['Universiteit Noord', 'zuid', false],
	['Universiteit Noord', 'noord zuid', false],
	['Hogeschool Curaçao', 'curacao', true],
	['Hogeschool Curacao', 'Curaçao', true],
	['Roc Île-de-Mer', 'ile', true],
	['Universiteit Noord', '', true],
	['Universiteit (Noord)', '(', true],
	['Universiteit Noord', '.*', false]
])('%s is found with "%s": %s', (name, query, isFound) => {
	expect(matches(name, query)).toBe(isFound);
});
