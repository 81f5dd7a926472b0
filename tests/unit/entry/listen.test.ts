import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** Who listens to a process's signals, and how it has exited. */
const listeners = new Map<string, () => void>();
const exit = vi.fn();
const signals = { on: (signal: string, listener: () => void) => void listeners.set(signal, listener), exit };

/** A process of its own: whether it drains is known to the module. */
async function startProcess(options: { delayMs?: number; close?: () => Promise<void> } = {}) {
	const { listen, ...process } = await beginProcess(options);
	listen();
	return process;
}

/** The same, before it listens. */
async function beginProcess(options: { delayMs?: number; close?: () => Promise<void> } = {}) {
	vi.resetModules();
	const [{ handleSignals, isDraining }, { onShutdown }, { log }] = await Promise.all([
		import('../../../src/entry/listen'),
		import('../../../src/lib/server/runtime'),
		import('../../../src/lib/server/log')
	]);
	const lines: unknown[] = [];
	for (const level of ['info', 'warn'] as const)
		vi.spyOn(log, level).mockImplementation((...line) => void lines.push([level, ...line]));
	const close = vi.fn(options.close ?? (() => Promise.resolve()));
	const application = { drain: vi.fn(), finish: vi.fn(() => Promise.resolve()) };
	onShutdown(application);
	const drainWith = handleSignals(signals);
	const listen = () => drainWith({ delayMs: options.delayMs ?? 0, close, inFlight: () => 2 });
	return { listen, close, isDraining, lines, ...application, send: (signal: string) => listeners.get(signal)?.() };
}

beforeEach(() => {
	exit.mockClear();
	Reflect.deleteProperty(globalThis, Symbol.for('eduid-wallet-portal.shutdown'));
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => vi.useRealTimers());

test('the log line about the start names the version of the portal and its public address', async () => {
	const { logListening } = await import('../../../src/entry/listen');
	const { log } = await import('../../../src/lib/server/log');
	const info = vi.spyOn(log, 'info').mockImplementation(() => {});
	logListening({ host: '::1', port: 3000 }, { runtime: 'node', url: 'https://portal.example.org' });
	expect(info).toHaveBeenCalledExactlyOnceWith('listening', {
		address: '[::1]:3000',
		runtime: 'node',
		version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
		url: 'https://portal.example.org'
	});
	info.mockRestore();
});

test.each([
	[Object.assign(new Error('x'), { code: 'EADDRINUSE' }), 3000, 'a.example:3000 is taken by another program'],
	[Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 3000, 'failed (ENOTFOUND). Check HOST and PORT.'],
	[Object.assign(new Error('x'), { code: 'EACCES' }), 80, 'failed (EACCES). Check HOST and PORT. Ports below 1024'],
	[Object.assign(new Error('x'), { code: 'EACCES' }), 8080, 'failed (EACCES). Check HOST and PORT.'],
	// Deno.
	[new Error('failed to lookup address information'), 3000, 'failed (failed to lookup address information)'],
	[Object.assign(new Error('x'), { name: 'NotCapable' }), 3000, 'failed (NotCapable)']
])('a failure to listen names the cause: %s at port %i', async (error, port, text) => {
	const { listenFailure } = await import('../../../src/entry/listen');
	const message = listenFailure({ host: 'a.example', port }, error);
	expect(message).toContain(text);
	expect(message.includes('1024')).toBe(port === 80);
});

test('on SIGTERM the process waits for the delay, closes, lets the application finish, and exits', async () => {
	const { send, close, drain, finish, isDraining } = await startProcess({ delayMs: 5000 });
	send('SIGTERM');
	expect([isDraining(), drain.mock.calls.length, close.mock.calls.length]).toEqual([true, 1, 0]);
	await vi.advanceTimersByTimeAsync(5000);
	expect([close.mock.calls.length, finish.mock.calls.length]).toEqual([1, 1]);
	expect(exit).toHaveBeenCalledExactlyOnceWith(0);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
	'%s before the process listens ends it at once, and once, with its last line',
	async (signal) => {
		const { send, lines, isDraining, drain, close } = await beginProcess({ delayMs: 5000 });
		for (const one of [signal, 'SIGTERM']) send(one);
		expect(exit).toHaveBeenCalledExactlyOnceWith(0);
		expect(lines).toEqual([['info', 'stopped', { reason: signal }]]);
		expect([isDraining(), drain.mock.calls.length, close.mock.calls.length]).toEqual([true, 0, 0]);
	}
);

test('a process that was ended while it started is not ended again when it listens', async () => {
	const { send, listen, drain } = await beginProcess();
	send('SIGTERM');
	listen()('the launcher has ended');
	await vi.advanceTimersByTimeAsync(0);
	expect([exit.mock.calls.length, drain.mock.calls.length]).toEqual([1, 0]);
});

test('the last line of the log says that the process has stopped', async () => {
	const { send, lines } = await startProcess();
	send('SIGTERM');
	await vi.advanceTimersByTimeAsync(0);
	expect(lines).toEqual([
		['info', 'draining', { reason: 'SIGTERM' }],
		['info', 'stopped']
	]);
});

test('the last line of the log says how many requests were cut off', async () => {
	const { send, lines } = await startProcess({ close: () => new Promise<void>(() => {}) });
	send('SIGTERM');
	await vi.advanceTimersByTimeAsync(20_000);
	expect(lines.slice(1)).toEqual([['warn', 'stopped before everything was complete', { requests: 2 }]]);
});

test('work that completes after the limit does not add a line that contradicts the last one', async () => {
	let complete = () => {};
	const { send, lines } = await startProcess({ close: () => new Promise<void>((resolve) => (complete = resolve)) });
	send('SIGTERM');
	await vi.advanceTimersByTimeAsync(20_000);
	complete();
	await vi.advanceTimersByTimeAsync(20_000);
	expect(lines.slice(1)).toEqual([['warn', 'stopped before everything was complete', { requests: 2 }]]);
	expect(exit).toHaveBeenCalledOnce();
});

test('work that completes in time is not reported as cut off while the log is written', async () => {
	const { send, lines } = await startProcess();
	send('SIGTERM');
	await vi.advanceTimersByTimeAsync(30_000);
	expect(lines.slice(1)).toEqual([['info', 'stopped']]);
	expect(exit).toHaveBeenCalledOnce();
});

test.each([
	['connections that stay open', { close: () => new Promise<void>(() => {}) }],
	['a delay before', { delayMs: 5000, close: () => new Promise<void>(() => {}) }]
])('requests in flight have 20 seconds before the process exits, even with %s', async (_what, options) => {
	const { send } = await startProcess(options);
	send('SIGTERM');
	await vi.advanceTimersByTimeAsync(('delayMs' in options ? options.delayMs : 0) + 20_000 - 1);
	expect(exit).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(1);
	expect(exit).toHaveBeenCalledExactlyOnceWith(0);
});

test('the process exits even if the application does not finish', async () => {
	const { send, finish } = await startProcess();
	finish.mockReturnValue(new Promise(() => {}));
	send('SIGHUP');
	await vi.advanceTimersByTimeAsync(20_000);
	expect(exit).toHaveBeenCalledExactlyOnceWith(0);
});

test('Ctrl-C does not wait for load balancers', async () => {
	const { send, close } = await startProcess({ delayMs: 5000 });
	send('SIGINT');
	expect(close).toHaveBeenCalledOnce();
	await vi.advanceTimersByTimeAsync(0);
	expect(exit).toHaveBeenCalledOnce();
});

test('further signals have no effect', async () => {
	const { send, close, drain } = await startProcess({ delayMs: 5000 });
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM', 'SIGHUP']) send(signal);
	expect([drain.mock.calls.length, close.mock.calls.length]).toEqual([1, 0]);
	await vi.advanceTimersByTimeAsync(5000);
	expect([close.mock.calls.length, exit.mock.calls.length]).toEqual([1, 1]);
});
