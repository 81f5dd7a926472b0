import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFault } from '$lib/server/config/json';
import { assertProperty } from '../../../harness/property';

test.each([
	['grades=https://x', 'line 1 is not JSON from character 1'],
	['{"a": 1,}', 'line 1 is not JSON from character 9'],
	['{"a": [1, 2,]}', 'line 1 is not JSON from character 13'],
	['{"a" 1}', 'line 1 is not JSON from character 6'],
	["{'a': 1}", 'line 1 is not JSON from character 2'],
	['{"a": 01}', 'line 1 is not JSON from character 8'],
	['{"a": "\\x"}', 'line 1 is not JSON from character 7'],
	['{"a": 1} // a comment', 'line 1 is not JSON from character 10'],
	['{\n  "a": true,\n  "b": True\n}', 'line 3 is not JSON from character 8'],
	['{"a": {"b": 1}', 'its end is missing'],
	['', 'its end is missing']
])('in %j the fault is found: %s', (text, fault) => expect(jsonFault(text)).toBe(fault));

test('text after any valid JSON is found where it begins', async () => {
	await assertProperty(
		fc.property(fc.jsonValue(), fc.constantFrom('x', '}', ']', ':', "'"), (value, rest) => {
			const valid = JSON.stringify(value, null, 1).replaceAll('\n', '');
			expect(jsonFault(`${valid} ${rest}`)).toBe(`line 1 is not JSON from character ${valid.length + 2}`);
		})
	);
});

test('the place of a fault in deeply nested JSON is found without an exception', () => {
	expect(jsonFault('['.repeat(100_000))).toMatch(/^line 1 is not JSON|its end/);
});
