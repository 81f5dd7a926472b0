import { expect, test, vi } from 'vitest';
import { MIN_UPTIME_MS, supervise } from '../../../src/entry/deno/supervise';
import { log } from '../../../src/lib/server/log';

const logged = vi.spyOn(log, 'error').mockImplementation(() => {});

/** Processes that run for so long, and end with 1, 2, 3 and so on; the last one in the list is told to end. */
async function ends(uptimesMs: readonly number[], isTold: boolean) {
	logged.mockClear();
	let nowMs = 0;
	let started = 0;
	const start = () => {
		nowMs += uptimesMs[started++] ?? 0;
		return Promise.resolve({ code: started });
	};
	const isStopped = () => isTold && started === uptimesMs.length;
	return { code: await supervise(start, { isStopped, now: () => nowMs }), logged: logged.mock.calls.length };
}

test('a process that ends by itself is started again, with a line in the log, until it is told to end', async () => {
	expect(await ends([MIN_UPTIME_MS, MIN_UPTIME_MS, 1], true)).toEqual({ code: 3, logged: 2 });
	expect(await ends([MIN_UPTIME_MS, MIN_UPTIME_MS], true)).toEqual({ code: 2, logged: 1 });
});

test('a process that cannot start is not started again', async () => {
	expect(await ends([MIN_UPTIME_MS - 1], false)).toEqual({ code: 1, logged: 0 });
	expect(await ends([MIN_UPTIME_MS, 5], false)).toEqual({ code: 2, logged: 1 });
});
