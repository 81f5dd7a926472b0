import { describe, expect, test } from 'vitest';
import { rememberOpenings } from '../../../src/lib/server/auth/remembered-openings';

const MINUTE_MS = 60_000;
const TAG = 'the-tag-of-22-characters';

describe('opening what is sealed, remembered', () => {
	function remembering() {
		const opened: string[] = [];
		const clock = { nowMs: 0 };
		const open = rememberOpenings(
			(text) => {
				opened.push(text);
				return Promise.resolve(text === 'garbage' ? null : `what ${text} holds`);
			},
			() => clock.nowMs
		);
		return { opened, clock, open };
	}

	test('opens a text once, however often it is brought in a minute', async () => {
		const { opened, clock, open } = remembering();
		const answers = [await open('a'), await open('b'), await open('a')];
		clock.nowMs = MINUTE_MS - 1;
		answers.push(await open('a'));
		expect(answers).toEqual(['what a holds', 'what b holds', 'what a holds', 'what a holds']);
		expect(opened).toEqual(['a', 'b']);
	});

	test('opens it anew after that', async () => {
		const { opened, clock, open } = remembering();
		await open('a');
		clock.nowMs = MINUTE_MS;
		await open('a');
		expect(opened).toEqual(['a', 'a']);
	});

	test('takes what differs in one character for another text, and what does not open for nothing', async () => {
		const { open } = remembering();
		await open('garbagE');
		expect(await open('garbage')).toBeNull();
		expect(await open('garbagE')).toBe('what garbagE holds');
	});

	test('never takes one text for another that ends alike', async () => {
		const { open } = remembering();
		expect(await open(`mine ${TAG}`)).toBe(`what mine ${TAG} holds`);
		expect(await open(`yours ${TAG}`)).toBe(`what yours ${TAG} holds`);
		expect(await open(`mine ${TAG}`)).toBe(`what mine ${TAG} holds`);
	});

	test('keeps a bounded number: a flood of others drives the oldest out', async () => {
		const { opened, open } = remembering();
		await open('a');
		for (let n = 0; n < 2000; n++) await open(`other ${n}`);
		await open('a');
		expect(opened.filter((text) => text === 'a')).toHaveLength(2);
	});
});
