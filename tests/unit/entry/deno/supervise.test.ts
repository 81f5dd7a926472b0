import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { log } from '../../../../src/lib/server/log';
import { EXIT_LIMIT_MS, exitOf, MIN_UPTIME_MS, forwardLines, supervise } from '../../../../src/entry/deno/supervise';

type ExitStatus = Awaited<Parameters<typeof exitOf>[0]['status']>;

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

test('a process that exits is restarted and logged until it is stopped', async () => {
	expect(await ends([MIN_UPTIME_MS, MIN_UPTIME_MS, 1], true)).toEqual({ code: 3, logged: 2 });
	expect(await ends([MIN_UPTIME_MS, MIN_UPTIME_MS], true)).toEqual({ code: 2, logged: 1 });
});

test('a process that fails to start is not restarted', async () => {
	expect(await ends([MIN_UPTIME_MS - 1], false)).toEqual({ code: 1, logged: 0 });
	expect(await ends([MIN_UPTIME_MS, 5], false)).toEqual({ code: 2, logged: 1 });
});

describe('a process that wrote its last line', () => {
	beforeEach(() => vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	/** A process that says that it exits with 0, and that ends when `end` is called or when it is killed. */
	function exiting() {
		let end: (code: number) => void = () => {};
		const status = new Promise<ExitStatus>((resolve) => (end = (code) => resolve({ code, signal: null })));
		const kill = vi.fn(() => end(137));
		return { ended: exitOf({ status, kill }, Promise.resolve(0), () => undefined), kill, end };
	}

	test('is not killed if it exits in time', async () => {
		const { ended, kill, end } = exiting();
		await vi.advanceTimersByTimeAsync(EXIT_LIMIT_MS - 1);
		end(0);
		expect(await ended).toMatchObject({ code: 0 });
		await vi.advanceTimersByTimeAsync(EXIT_LIMIT_MS);
		expect(kill).not.toHaveBeenCalled();
	});

	test('is killed if it does not exit, and keeps the exit code that it announced', async () => {
		const { ended, kill } = exiting();
		await vi.advanceTimersByTimeAsync(EXIT_LIMIT_MS);
		expect(kill).toHaveBeenCalledTimes(1);
		expect(await ended).toEqual({ code: 0 });
	});
});

describe('a process that exits without a last line', () => {
	async function codeOf(status: ExitStatus, passedOn: Deno.Signal | undefined): Promise<number> {
		const kill = vi.fn();
		const { code } = await exitOf({ status: Promise.resolve(status), kill }, new Promise(() => {}), () => passedOn);
		expect(kill).not.toHaveBeenCalled();
		return code;
	}

	test('keeps its own exit code', async () => {
		expect(await codeOf({ code: 3, signal: null }, undefined)).toBe(3);
		expect(await codeOf({ code: 3, signal: null }, 'SIGTERM')).toBe(3);
	});

	test('has exit code 0 only if the signal that was passed on has ended it', async () => {
		expect(await codeOf({ code: 143, signal: 'SIGTERM' }, 'SIGTERM')).toBe(0);
		expect(await codeOf({ code: 143, signal: 'SIGTERM' }, undefined)).toBe(143);
		expect(await codeOf({ code: 137, signal: 'SIGKILL' }, 'SIGTERM')).toBe(137);
	});
});

/** What arrives of these chunks, and the exit code of a last line. */
async function proxyRequest(...chunks: readonly string[]) {
	const lines: string[] = [];
	const onLastLine = vi.fn();
	const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
		start(controller) {
			for (const text of chunks) controller.enqueue(new TextEncoder().encode(text));
			controller.close();
		}
	});
	await forwardLines(stream, { push: (line) => lines.push(line) }, onLastLine);
	return { lines, codes: onLastLine.mock.calls.flat() as unknown[] };
}

test('lines are forwarded whole, whatever the chunks', async () => {
	expect(await proxyRequest('{"a":', '1}\n{"b"', ':2}\n', 'rest')).toEqual({
		lines: ['{"a":1}\n', '{"b":2}\n', 'rest'],
		codes: []
	});
});

test('the last line of a process is not forwarded: it contains the exit code', async () => {
	expect(await proxyRequest('{"a":1}\n\u0004', '0\n')).toEqual({ lines: ['{"a":1}\n'], codes: [0] });
	expect(await proxyRequest('\u00041\n')).toEqual({ lines: [], codes: [1] });
});

test('a line that contains the marker character elsewhere is forwarded like any other line', async () => {
	expect(await proxyRequest('{"a":"\u00040"}\n')).toEqual({ lines: ['{"a":"\u00040"}\n'], codes: [] });
});
