import { describe, expect, test } from 'vitest';
import { type SessionWatch, WARNING_MS, watchSession } from '../../../src/lib/session/watch-session';

const ENDS_AT_MS = 86_400_000;

/** A watch whose pauses pass at once on a clock of its own; `wakes` cuts the first pauses short. */
function watched({
	wakes = [],
	signedIn = () => true
}: { wakes?: number[]; signedIn?: (nowMs: number) => boolean } = {}) {
	const told: [string, number][] = [];
	let nowMs = 0;
	const watch: SessionWatch = {
		endsAtMs: ENDS_AT_MS,
		now: () => nowMs,
		pause: (ms) => {
			nowMs += wakes.shift() ?? ms;
			return Promise.resolve();
		},
		isSignedIn: () => Promise.resolve(signedIn(nowMs)),
		onEnding: () => told.push(['ending', nowMs]),
		onEnded: () => told.push(['ended', nowMs])
	};
	return { watch, told };
}

describe('watching a session', () => {
	test('warns once, two minutes before its end, and tells the end', async () => {
		const { watch, told } = watched();
		await watchSession(watch, new AbortController().signal);
		expect(told).toEqual([
			['ending', ENDS_AT_MS - WARNING_MS],
			['ended', ENDS_AT_MS]
		]);
	});

	test('warns once although the page is looked at again and again meanwhile', async () => {
		const { watch, told } = watched({ wakes: [ENDS_AT_MS - WARNING_MS, 1000, 1000, 1000] });
		await watchSession(watch, new AbortController().signal);
		expect(told.filter(([what]) => what === 'ending')).toHaveLength(1);
	});

	test('notices a sign-out in another tab when there is reason to look', async () => {
		const { watch, told } = watched({ wakes: [60_000, 60_000], signedIn: (nowMs) => nowMs < 120_000 });
		await watchSession(watch, new AbortController().signal);
		expect(told).toEqual([['ended', 120_000]]);
	});

	test('says nothing once it is called off', async () => {
		const { watch, told } = watched();
		const stop = new AbortController();
		const leaving: SessionWatch = {
			...watch,
			pause: () => {
				stop.abort();
				return Promise.resolve();
			}
		};
		await watchSession(leaving, stop.signal);
		expect(told).toEqual([]);
	});
});
