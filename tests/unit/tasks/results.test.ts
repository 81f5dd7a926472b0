import { describe, expect, it } from 'vitest';
import { afterRetry, onRuntimes, resultOf } from '../../tasks/results.mjs';
import { summary } from '../../tasks/summary.mjs';

const begin = (name: string) => ({ event: 'begin' as const, name });
const end = (event: 'passed' | 'failed' | 'skipped', name: string) => ({ event, name });
const result = (parts: Partial<ReturnType<typeof resultOf>>) => ({
	passed: [],
	failed: [],
	flaky: [],
	skipped: [],
	...parts
});

describe('the result of a run', () => {
	it('lists what passed, failed and was skipped', () => {
		const entries = [begin('a'), end('passed', 'a'), begin('b'), end('failed', 'b'), end('skipped', 'c')];
		expect(resultOf(entries, 1, 'unit')).toEqual(result({ passed: ['a'], failed: ['b'], skipped: ['c'] }));
	});

	it('lists the tests that were running when it was killed', () => {
		const { passed, failed } = resultOf([begin('a'), end('passed', 'a'), begin('b')], 1, 'unit');
		expect({ passed, failed }).toEqual({ passed: ['a'], failed: ['b (did not end)'] });
	});

	it('is a failure without a failed test if its runner failed', () => {
		expect(resultOf([], 127, 'unit').failed).toEqual(['unit: exit code 127']);
		expect(resultOf([end('passed', 'a')], 0, 'unit').failed).toEqual([]);
	});

	it('lists a test as flaky if it passes in a second run', () => {
		const first = result({ passed: ['a'], failed: ['b', 'c'] });
		const again = result({ passed: ['a', 'b'], failed: ['c'] });
		expect(afterRetry(first, again)).toEqual(result({ passed: ['a', 'b'], failed: ['c'], flaky: ['b'] }));
	});

	it('counts a test as skipped if no runtime has run it', () => {
		const node = result({ passed: ['for Node'], skipped: ['for Deno', 'with Redis'] });
		const deno = result({ passed: ['for Deno'], skipped: ['for Node', 'with Redis'] });
		expect(onRuntimes([node, deno])).toEqual(result({ passed: ['for Node', 'for Deno'], skipped: ['with Redis'] }));
	});
});

describe('the summary', () => {
	const core = { ...result({ passed: ['a', 'b'], flaky: ['b'] }), name: 'core', minutes: 10, ms: 61_000 };
	const gallery = { ...result({ failed: ['c'] }), name: 'gallery', minutes: 1, ms: 90_000 };
	const lines = summary([core, gallery], ['the suite with a real Keycloak']).split('\n');

	it('has a row for each suite, with its time, its budget and whether that was exceeded', () => {
		expect(lines.map((line) => line.split(/\s+/)).slice(0, 3)).toEqual([
			['Suite', 'Passed', 'Failed', 'Time', 'Budget'],
			['core', '2', '0', '1:01', '10:00'],
			['gallery', '0', '1', '1:30', '1:00', 'exceeded']
		]);
	});

	it('lists failed, flaky and skipped tests, and ends with the counts', () => {
		expect(lines).toEqual(
			expect.arrayContaining(['Failed:', '  c', '  b', 'Skipped:', '  the suite with a real Keycloak'])
		);
		expect(lines.at(-1)).toBe('2 passed, 1 failed');
	});
});
