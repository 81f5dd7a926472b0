import { expect, test, vi } from 'vitest';
import { QrRenewal } from '$lib/wallet/qr-renewal.svelte';
import { virtualClock } from '../virtual-clock';

const lifeMs = 300_000;

/** A code on a screen, on a controlled clock. */
function setUp() {
	const clock = virtualClock(0);
	const state = { isWanted: true, canRenew: true, renewedAtMs: [] as number[] };
	const renewal = new QrRenewal(lifeMs, {
		now: clock.now,
		pause: clock.pause,
		isWanted: () => state.isWanted,
		renew: () => {
			state.renewedAtMs.push(clock.now());
			return Promise.resolve(state.canRenew ? lifeMs : 'unreachable');
		}
	});
	void renewal.run(new AbortController().signal);
	return { clock, state, renewal, leftMs: () => renewal.endsAtMs - clock.now() };
}

test('a code is renewed automatically two minutes before its end, twice, and then ends', async () => {
	const { clock, state, leftMs } = setUp();
	expect(leftMs()).toBe(660_000);
	await clock.advance(660_000);
	expect([state.renewedAtMs, leftMs()]).toEqual([[180_000, 360_000], 0]);
});

test('the remaining time decreases steadily while codes are renewed automatically', async () => {
	const { clock, leftMs } = setUp();
	await clock.advance(179_000);
	expect(leftMs()).toBe(481_000);
	await clock.advance(2000);
	expect(leftMs()).toBe(479_000);
});

test('a manual renewal restores the full time, more than ten times', async () => {
	const { clock, renewal, leftMs } = setUp();
	for (let n = 0; n < 12; n++) {
		await clock.advance(580_000);
		expect(leftMs()).toBe(80_000);
		expect(await renewal.renewManually()).toBe('renewed');
		expect(leftMs()).toBe(660_000);
	}
});

test('a second click, or a click during an automatic renewal, creates no second code', async () => {
	const clock = virtualClock(0);
	let finish: (lifeMs: number) => void = () => {};
	const renew = vi.fn(() => new Promise<number>((resolve) => (finish = resolve)));
	const renewal = new QrRenewal(lifeMs, { now: clock.now, pause: clock.pause, isWanted: () => true, renew });
	void renewal.run(new AbortController().signal);
	await clock.advance(180_000);
	const clicks = [renewal.renewManually(), renewal.renewManually()];
	finish(lifeMs);
	expect(await Promise.all(clicks)).toEqual(['renewed', 'renewed']);
	expect(renew).toHaveBeenCalledOnce();
	void renewal.renewManually();
	expect(renew).toHaveBeenCalledTimes(2);
});

test('no code is renewed while the page is hidden, or after a wallet has opened', async () => {
	const { clock, state } = setUp();
	state.isWanted = false;
	await clock.advance(lifeMs);
	expect(state.renewedAtMs).toEqual([]);
});

test('a code that expired while the page was hidden is renewed when the page is shown, until the time is over', async () => {
	const { clock, state, renewal } = setUp();
	state.isWanted = false;
	await clock.advance(lifeMs + 5000);
	expect([await renewal.renewExpired(), state.renewedAtMs]).toEqual([false, []]);
	state.isWanted = true;
	expect([await renewal.renewExpired(), state.renewedAtMs]).toEqual([true, [lifeMs + 5000]]);

	const late = setUp();
	late.state.isWanted = false;
	await late.clock.advance(660_000);
	late.state.isWanted = true;
	expect(await late.renewal.renewExpired()).toBe(false);
});

test('a code that ends before its time is not renewed in this way', async () => {
	const { clock, state, renewal } = setUp();
	await clock.advance(100_000);
	expect([await renewal.renewExpired(), state.renewedAtMs]).toEqual([false, []]);
});

test('a renewal of an expired code that is in progress anyway counts as one', async () => {
	const { clock, state, renewal, leftMs } = setUp();
	state.isWanted = false;
	await clock.advance(lifeMs);
	state.isWanted = true;
	await Promise.all([renewal.renewExpired(), renewal.renewExpired()]);
	expect([state.renewedAtMs.length, leftMs()]).toEqual([1, 480_000]);
});

test('if no new code is available, the end of the current one is announced in time, and the request is retried', async () => {
	const { clock, state, leftMs } = setUp();
	state.canRenew = false;
	await clock.advance(180_000);
	expect(leftMs()).toBe(120_000);
	state.canRenew = true;
	await clock.advance(10_000);
	expect([state.renewedAtMs, leftMs()]).toEqual([[180_000, 190_000], 480_000]);
});

test.each(['refused', 'unreachable'] as const)('a manual renewal reports that a new code was %s', async (reason) => {
	const renewal = new QrRenewal(lifeMs, {
		now: () => 0,
		pause: () => Promise.resolve(),
		isWanted: () => true,
		renew: () => Promise.resolve(reason)
	});
	expect(await renewal.renewManually()).toBe(reason);
});

test('a failed manual renewal is retried until there is a new code', async () => {
	const { clock, state, renewal } = setUp();
	state.canRenew = false;
	expect([await renewal.renewManually(), renewal.isRetrying]).toEqual(['unreachable', true]);
	await clock.advance(20_000);
	state.canRenew = true;
	await clock.advance(10_000);
	const { length } = state.renewedAtMs;
	expect([length > 1, renewal.isRetrying]).toEqual([true, false]);
	await clock.advance(100_000);
	expect(state.renewedAtMs).toHaveLength(length);
});

test('a server that repeatedly reports each code as ended causes only two renewals, with time between them', async () => {
	const { clock, state, renewal } = setUp();
	for (let second = 0; second < 600; second++) {
		renewal.correct(0);
		await clock.advance(1000);
	}
	const [first = 0, second = 0, ...more] = state.renewedAtMs;
	expect(second - first).toBeGreaterThanOrEqual(20_000);
	expect(more).toEqual([]);
});

test('the end of a code only ever moves to an earlier time, whatever the server reports', async () => {
	const { clock, renewal, leftMs } = setUp();
	renewal.correct(200_000);
	const shortened = leftMs();
	renewal.correct(900_000);
	expect(leftMs()).toBe(shortened);
	// A new code has its own end.
	await clock.advance(80_000);
	expect(leftMs()).toBe(480_000);
});
