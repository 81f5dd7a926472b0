import { describe, expect, test } from 'vitest';
import { type SessionWatchOptions, WARNING_MS, watchSession } from '../../../src/lib/ui/session-end';

const DAY_MS = 86_400_000;

/**
 * A watch whose pauses pass at once on a clock of its own; `wakes` cuts the first pauses short. `remainingMs` is what the
 * server says at that time; without it the server can't be reached. `suspendedMs`: how long the device is suspended in the
 * first pause, in which the monotonic clock stops.
 */
function watched({
	wakes = [],
	remainingMs = () => null,
	suspendedMs = 0
}: { wakes?: number[]; remainingMs?: (nowMs: number) => number | null; suspendedMs?: number } = {}) {
	const events: [string, number][] = [];
	let nowMs = 0;
	let suspendMs = 0;
	const watch: SessionWatchOptions = {
		expiresInMs: DAY_MS,
		now: () => nowMs,
		// A year behind.
		wallNow: () => nowMs + suspendMs - 365 * DAY_MS,
		pause: (ms) => {
			nowMs += wakes.shift() ?? ms;
			suspendMs = suspendedMs;
			return Promise.resolve();
		},
		readRemainingMs: () => Promise.resolve(remainingMs(nowMs)),
		onState: (state) => events.push([state, nowMs]),
		onEnded: (reason) => events.push([reason, nowMs])
	};
	return { watch, events, run: () => watchSession(watch, new AbortController().signal) };
}

describe('watching a session', () => {
	test.each([
		['the server returns the same time', (nowMs: number) => DAY_MS - nowMs],
		['the server can’t be reached until then', (nowMs: number) => (nowMs < DAY_MS ? null : 0)]
	])('warns once, two minutes before its end, and reports the end, when %s', async (_, remainingMs) => {
		const { events, run } = watched({ remainingMs });
		await run();
		expect(events).toEqual([
			['ending', DAY_MS - WARNING_MS],
			['session_expired', DAY_MS]
		]);
	});

	test('does not end while the server can’t be reached, and says so once', async () => {
		const { events, run } = watched({ remainingMs: (nowMs) => (nowMs < DAY_MS + 14_000 ? null : 0) });
		await run();
		expect(events).toEqual([
			['ending', DAY_MS - WARNING_MS],
			['unreachable', DAY_MS],
			['session_expired', DAY_MS + 15_000]
		]);
	});

	test('goes on if the server then reports that another tab has extended the session', async () => {
		const { events, run } = watched({
			remainingMs: (nowMs) => (nowMs < DAY_MS + 4000 ? null : Math.max(0, 2 * DAY_MS - nowMs))
		});
		await run();
		expect(events.map(([what]) => what)).toEqual(['ending', 'unreachable', 'open', 'ending', 'session_expired']);
	});

	test('warns once even if the page is shown repeatedly in the meantime', async () => {
		const { events, run } = watched({
			wakes: [DAY_MS - WARNING_MS, 1000, 1000, 1000],
			remainingMs: (nowMs) => (nowMs < DAY_MS ? null : 0)
		});
		await run();
		expect(events.filter(([what]) => what === 'ending')).toHaveLength(1);
	});

	test('detects a sign-out in another tab at the next check', async () => {
		const { events, run } = watched({
			wakes: [60_000, 60_000],
			remainingMs: (nowMs) => (nowMs < 120_000 ? DAY_MS - nowMs : 0)
		});
		await run();
		expect(events).toEqual([['session_ended', 120_000]]);
	});

	test('warns immediately if its clock stopped while the device was suspended', async () => {
		const { events, run } = watched({ wakes: [5000], remainingMs: (nowMs) => 65_000 - nowMs });
		await run();
		expect(events).toEqual([
			['ending', 5000],
			['session_expired', 65_000]
		]);
	});

	test.each([
		['while the device is suspended, has expired', { suspendedMs: DAY_MS, wakes: [5000] }, 'session_expired'],
		['long after the device was suspended, was ended', { suspendedMs: 60_000, wakes: [5000] }, 'session_ended'],
		['after the warning, has expired', { wakes: [DAY_MS - WARNING_MS, 60_000] }, 'session_expired']
	] as const)('a session that ends %s', async (_what, { wakes, ...rest }, reason) => {
		const { events, run } = watched({
			...rest,
			wakes: [...wakes],
			remainingMs: (nowMs) => (nowMs === DAY_MS - WARNING_MS ? WARNING_MS : 0)
		});
		await run();
		expect(events.at(-1)?.[0]).toBe(reason);
	});

	test('does not end before the server reports the end', async () => {
		const { events, run } = watched({ remainingMs: (nowMs) => DAY_MS + 700 - nowMs });
		await run();
		expect(events.at(-1)).toEqual(['session_expired', DAY_MS + 700]);
	});

	test('withdraws the warning if the session is extended after all', async () => {
		const { events, run } = watched({
			wakes: [DAY_MS - WARNING_MS, 1000],
			remainingMs: (nowMs) => (nowMs < DAY_MS - 60_000 ? DAY_MS - nowMs : 2 * DAY_MS - nowMs)
		});
		await run();
		expect(events.map(([what]) => what)).toEqual(['ending', 'open', 'ending', 'session_expired']);
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
