import { describe, expect, test } from 'vitest';
import { rememberOpenings } from '../../../src/lib/server/auth/remembered-openings';
import type { Opened, Seal } from '../../../src/lib/server/auth/seal';

const MINUTE_MS = 60_000;

describe('a seal that remembers what it has opened', () => {
	function remembering() {
		const opened: string[] = [];
		const clock = { nowMs: 0 };
		const seal: Seal = {
			seal: (value) => Promise.resolve(`sealed ${String(value)}`),
			open: (text) => {
				opened.push(text);
				return Promise.resolve<Opened | null>(text === 'garbage' ? null : { value: text, stale: false });
			}
		};
		return { opened, clock, seal: rememberOpenings(seal, () => clock.nowMs) };
	}

	test('opens a text once, however often it is brought in a minute', async () => {
		const { opened, clock, seal } = remembering();
		const answers = [await seal.open('a'), await seal.open('b'), await seal.open('a')];
		clock.nowMs = MINUTE_MS - 1;
		answers.push(await seal.open('a'));
		expect(answers.map((answer) => answer?.value)).toEqual(['a', 'b', 'a', 'a']);
		expect(opened).toEqual(['a', 'b']);
	});

	test('opens it anew after that', async () => {
		const { opened, clock, seal } = remembering();
		await seal.open('a');
		clock.nowMs = MINUTE_MS;
		await seal.open('a');
		expect(opened).toEqual(['a', 'a']);
	});

	test('takes what differs in one character for another text, and what does not open for nothing', async () => {
		const { seal } = remembering();
		await seal.open('garbagE');
		expect(await seal.open('garbage')).toBeNull();
		expect((await seal.open('garbagE'))?.value).toBe('garbagE');
	});

	test('keeps a bounded number: a flood of others drives the oldest out', async () => {
		const { opened, seal } = remembering();
		await seal.open('a');
		for (let n = 0; n < 2000; n++) await seal.open(`other ${n}`);
		await seal.open('a');
		expect(opened.filter((text) => text === 'a')).toHaveLength(2);
	});

	test('seals as before', async () => {
		expect(await remembering().seal.seal('x')).toBe('sealed x');
	});
});
