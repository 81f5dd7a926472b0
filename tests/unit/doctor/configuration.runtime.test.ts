import { expect, test } from 'vitest';
import { examineRuntime } from '../../../src/doctor/configuration';

const found = (runtime: string, day: string) =>
	examineRuntime(runtime, Date.parse(day)).map(({ check, severity, message }) => `${severity} ${check}: ${message}`);

test('warns of a release line of Node that has reached its end of life', () => {
	expect(found('node 20.19.0', '2026-11-30')).toEqual([
		'warning runtime: Node 20 reached its end of life on 2026-04-30, and gets no more security fixes.'
	]);
});

test.each([
	['node 20.19.0', '2026-04-29'],
	['node 24.1.0', '2026-11-30'],
	['node 26.0.0', '2026-11-30'],
	['deno 2.9.5', '2026-11-30']
])('reports nothing about %s on %s', (runtime, day) => {
	expect(found(runtime, day)).toEqual([]);
});
