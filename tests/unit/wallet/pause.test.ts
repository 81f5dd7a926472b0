import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { anySignal, pageVisibility, pause, withTimeLimit } from '$lib/wallet/pause';

/** A page as far as pauses know one. */
const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const frame = new EventTarget();

function show(isVisible: boolean): void {
	page.visibilityState = isVisible ? 'visible' : 'hidden';
	page.dispatchEvent(new Event('visibilitychange'));
}

beforeEach(() => {
	page.visibilityState = 'visible';
	vi.stubGlobal('document', page);
	vi.stubGlobal('window', frame);
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** Whether a promise has settled by now. */
async function isOver(promise: Promise<unknown>): Promise<boolean> {
	const pending = Symbol('pending');
	await vi.advanceTimersByTimeAsync(0);
	return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

const open = () => new AbortController().signal;

test.each([0, 1])('a signal that combines two signals aborts with either of them', (index) => {
	const controllers = [new AbortController(), new AbortController()];
	const either = anySignal(controllers.map(({ signal }) => signal));
	expect(either.aborted).toBe(false);
	controllers[index]?.abort();
	expect(either.aborted).toBe(true);
});

test('a signal that combines an aborted one is aborted', () => {
	expect(anySignal([new AbortController().signal, AbortSignal.abort()]).aborted).toBe(true);
});

describe('a pause', () => {
	test('lasts as long as specified', async () => {
		const waiting = pause(10_000, open());
		await vi.advanceTimersByTimeAsync(9999);
		expect(await isOver(waiting)).toBe(false);
		await vi.advanceTimersByTimeAsync(1);
		expect(await isOver(waiting)).toBe(true);
	});

	test('ends when its signal aborts, and does not begin after that', async () => {
		const stop = new AbortController();
		const waiting = pause(10_000, stop.signal);
		expect(await isOver(waiting)).toBe(false);
		stop.abort();
		expect(await isOver(waiting)).toBe(true);
		expect(await isOver(pause(10_000, stop.signal))).toBe(true);
		expect(vi.getTimerCount()).toBe(0);
	});

	test.each<[string, () => unknown]>([
		['is shown again', () => show(true)],
		['is online again', () => frame.dispatchEvent(new Event('online'))],
		['is restored from the back/forward cache', () => frame.dispatchEvent(new Event('pageshow'))]
	])('ends when the page %s, and leaves no timer behind', async (_what, wakeUp) => {
		const waiting = pause(10_000, open());
		wakeUp();
		expect(await isOver(waiting)).toBe(true);
		expect(vi.getTimerCount()).toBe(0);
	});

	test('continues while the page is hidden, whatever events it receives', async () => {
		const waiting = pause(10_000, open());
		show(false);
		frame.dispatchEvent(new Event('online'));
		expect(await isOver(waiting)).toBe(false);
		show(true);
		expect(await isOver(waiting)).toBe(true);
	});
});

describe('work with a time limit', () => {
	const untilAborted = (signal: AbortSignal) =>
		new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('aborted')));

	test('is aborted when its time is over, or when the outer signal aborts', async () => {
		const late = withTimeLimit(5000, open(), untilAborted);
		await vi.advanceTimersByTimeAsync(4999);
		expect(await isOver(late)).toBe(false);
		await vi.advanceTimersByTimeAsync(1);
		expect(await late).toBe('aborted');

		const stop = new AbortController();
		const stopped = withTimeLimit(5000, stop.signal, untilAborted);
		stop.abort();
		expect(await stopped).toBe('aborted');
	});

	test('that finishes in time leaves no timer behind, even if it fails', async () => {
		expect(await withTimeLimit(5000, open(), async () => 'done')).toBe('done');
		const failing = withTimeLimit(5000, open(), () => Promise.reject(new Error('broken')));
		await expect(failing).rejects.toThrow('broken');
		expect(vi.getTimerCount()).toBe(0);
	});
});

describe('waiting for a page to be shown or hidden', () => {
	test('ends when that happens, and immediately if it is already so', async () => {
		expect(await isOver(pageVisibility.until(true, open()))).toBe(true);
		const hidden = pageVisibility.until(false, open());
		expect(await isOver(hidden)).toBe(false);
		show(false);
		expect([await isOver(hidden), pageVisibility.isVisible()]).toEqual([true, false]);
		const shown = pageVisibility.until(true, open());
		expect(await isOver(shown)).toBe(false);
		show(true);
		expect([await isOver(shown), pageVisibility.isVisible()]).toEqual([true, true]);
	});

	test('ends when the signal aborts', async () => {
		const stop = new AbortController();
		const waiting = pageVisibility.until(false, stop.signal);
		stop.abort();
		expect(await isOver(waiting)).toBe(true);
	});
});
