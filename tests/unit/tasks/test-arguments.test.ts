import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../tasks/runtime.mjs';
import { suites } from '../../tasks/suites.mjs';
import { testArguments } from '../../tasks/test-arguments.mjs';

const task = join(root, 'tests', 'tasks', 'test.mjs');

describe('npm test', () => {
	it('passes unknown arguments to the runner of its only step', () => {
		expect(testArguments(['--only', 'unit', 'seal'])).toMatchObject({ steps: ['unit'], runnerArgs: ['seal'] });
		expect(testArguments(['--only', 'e2e', '-g', 'signs in', '--runtime', 'node', '--headed'])).toMatchObject({
			steps: ['e2e'],
			runtimes: ['node'],
			runnerArgs: ['-g', 'signs in', '--headed']
		});
	});

	it('passes everything after a -- to the runner, including its own options', () => {
		const { full, runnerArgs } = testArguments(['--only=unit', 'seal', '--', '--full', '-t', 'x']);
		expect({ full, runnerArgs }).toEqual({ full: false, runnerArgs: ['seal', '--full', '-t', 'x'] });
	});

	it('runs every step on both runtimes without arguments', () => {
		expect(testArguments([])).toEqual({
			help: false,
			full: false,
			marked: undefined,
			ci: false,
			steps: ['lint', 'check', 'e2e', 'unit', 'http'],
			runtimes: ['node', 'deno'],
			runnerArgs: []
		});
		expect(testArguments(['--full'])).toMatchObject({ marked: undefined });
		expect(testArguments(['--full']).steps).toEqual(suites.flatMap(({ stages }) => stages.flat(2)));
	});

	it('adds the tests marked as full to chosen steps', () => {
		expect(testArguments(['--full', '--only', 'e2e'])).toMatchObject({ steps: ['e2e'], marked: 'all' });
	});

	it.each([
		['a step that does not exist', ['--only', 'units'], '"units"'],
		['a runtime that does not exist', ['--runtime', 'bun'], '"bun"'],
		['an option without its value', ['--only'], '--only'],
		['runner arguments for several runners', ['seal'], 'one test runner'],
		['runner arguments for a step without a runner', ['--only', 'lint', 'seal'], 'one test runner']
	])('refuses %s', (_, args, message) => {
		expect(() => testArguments(args)).toThrow(message);
	});

	it('prints its usage instead of a stack trace', () => {
		expect(execFileSync(process.execPath, [task, '--help'], { encoding: 'utf8' })).toContain('--runtime NAME');
		const refused = spawnSync(process.execPath, [task, '--only', 'units'], { encoding: 'utf8' });
		expect(refused.status).toBe(2);
		expect(refused.stderr).toContain('Usage: npm test');
		expect(refused.stderr).not.toMatch(/^\s+at /m);
	});
});
