import { describe, expect, test } from 'vitest';
import { type SessionWatchOptions, WARNING_MS, watchSession } from '../../../src/lib/ui/session-end';

const DAY_MS = 86_400_000;

/**
 * A watch whose pauses pass at once on a clock of its own; `wakes` cuts the first pauses short. `remainingMs` is what the
 * server says at that time; without it the server can't be reached.
 */
function watched({
	wakes = [],
	remainingMs = () => null
}: { wakes?: number[]; remainingMs?: (nowMs: number) => number | null } = {}) {
	const events: [string, number][] = [];
	let nowMs = 0;
	const watch: SessionWatchOptions = {
		expiresInMs: DAY_MS,
		now: () => nowMs,
		pause: (ms) => {
			nowMs += wakes.shift() ?? ms;
			return Promise.resolve();
		},
		readRemainingMs: () => Promise.resolve(remainingMs(nowMs)),
		onWarning: (isEnding) => events.push([isEnding ? 'warning' : 'no warning', nowMs]),
		onEnded: () => events.push(['ended', nowMs])
	};
	return { watch, events, run: () => watchSession(watch, new AbortController().signal) };
}

describe('watching a session', () => {
	test.each([
		['the server returns the same time', (nowMs: number) => DAY_MS - nowMs],
		['the server can’t be reached', () => null]
	])('warns once, two minutes before its end, and reports the end, when %s', async (_, remainingMs) => {
		const { events, run } = watched({ remainingMs });
		await run();
		expect(events).toEqual([
			['warning', DAY_MS - WARNING_MS],
			['ended', DAY_MS]
		]);
	});

	test('warns once even if the page is shown repeatedly in the meantime', async () => {
		const { events, run } = watched({ wakes: [DAY_MS - WARNING_MS, 1000, 1000, 1000] });
		await run();
		expect(events.filter(([what]) => what === 'warning')).toHaveLength(1);
	});

	test('detects a sign-out in another tab at the next check', async () => {
		const { events, run } = watched({
			wakes: [60_000, 60_000],
			remainingMs: (nowMs) => (nowMs < 120_000 ? DAY_MS - nowMs : 0)
		});
		await run();
		expect(events).toEqual([['ended', 120_000]]);
	});

	test('warns immediately if its clock stopped while the device was suspended', async () => {
		const { events, run } = watched({ wakes: [5000], remainingMs: (nowMs) => 65_000 - nowMs });
		await run();
		expect(events).toEqual([
			['warning', 5000],
			['ended', 65_000]
		]);
	});

	test('does not end before the server reports the end', async () => {
		const { events, run } = watched({ remainingMs: (nowMs) => DAY_MS + 700 - nowMs });
		await run();
		expect(events.at(-1)).toEqual(['ended', DAY_MS + 700]);
	});

	test('withdraws the warning if the session is extended after all', async () => {
		const { events, run } = watched({
			wakes: [DAY_MS - WARNING_MS, 1000],
			remainingMs: (nowMs) => (nowMs < DAY_MS - 60_000 ? DAY_MS - nowMs : 2 * DAY_MS - nowMs)
		});
		await run();
		expect(events.map(([what]) => what)).toEqual(['warning', 'no warning', 'warning', 'ended']);
	});

	test('reports nothing after it is aborted', async () => {
		const { watch, events } = watched();
		const stop = new AbortController();
		const leaving: SessionWatchOptions = {
			...watch,
			pause: () => {
				stop.abort();
				return Promise.resolve();
			}
		};
		await watchSession(leaving, stop.signal);
		expect(events).toEqual([]);
	});
});
