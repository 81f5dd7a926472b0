import { expect, test } from 'vitest';
import { AppOpening } from '$lib/wallet/app-opening.svelte';
import { virtualClock } from '../virtual-clock';

/** A page after a press of the link to the wallet. The test decides when it is hidden, shown, and gets a status. */
function setUp() {
	const clock = virtualClock(0);
	const waiters = new Set<() => void>();
	let isVisible = true;
	let onStatus: () => void = () => {};
	const visibility = {
		isVisible: () => isVisible,
		until: (wanted: boolean, signal: AbortSignal) =>
			new Promise<void>((resolve) => {
				const look = () => {
					if (!signal.aborted && isVisible !== wanted) return;
					waiters.delete(look);
					resolve();
				};
				waiters.add(look);
				signal.addEventListener('abort', look);
				look();
			})
	};
	const nextStatus = () => new Promise<void>((resolve) => (onStatus = resolve));
	const opening = new AppOpening({ visibility, pause: clock.pause, nextStatus });
	const leaving = new AbortController();

	return {
		clock,
		opening,
		leave: () => leaving.abort(),
		press: async () => {
			void opening.observe(leaving.signal);
			await clock.advance(0);
		},
		show: async (visible: boolean) => {
			isVisible = visible;
			for (const look of waiters) look();
			await clock.advance(0);
		},
		readStatus: async () => {
			onStatus();
			await clock.advance(0);
		}
	};
}

test('a page that stays visible for three seconds reports that nothing has opened, and not sooner', async () => {
	const { clock, opening, press } = setUp();
	await press();
	await clock.advance(2999);
	expect(opening.outcome).toBeNull();
	await clock.advance(1);
	expect(opening.outcome).toBe('nothing_opened');
});

test('a page that was hidden reports that nothing was received, after it has read the status again', async () => {
	const { clock, opening, press, show, readStatus } = setUp();
	await press();
	await clock.advance(500);
	await show(false);
	await clock.advance(60_000);
	await show(true);
	expect(opening.outcome).toBeNull();
	await readStatus();
	expect(opening.outcome).toBe('came_back');
});

test('a return within three seconds also counts as a return', async () => {
	const { clock, opening, press, show, readStatus } = setUp();
	await press();
	await show(false);
	await clock.advance(1000);
	await show(true);
	await readStatus();
	await clock.advance(10_000);
	expect(opening.outcome).toBe('came_back');
});

test('an app that opens late replaces the hint', async () => {
	const { clock, opening, press, show, readStatus } = setUp();
	await press();
	await clock.advance(5000);
	expect(opening.outcome).toBe('nothing_opened');
	await show(false);
	await show(true);
	await readStatus();
	expect(opening.outcome).toBe('came_back');
});

test('each press starts again, and the latest one counts', async () => {
	const { clock, opening, press } = setUp();
	await press();
	await clock.advance(3000);
	await press();
	expect(opening.outcome).toBeNull();
	await clock.advance(2999);
	expect(opening.outcome).toBeNull();
	await clock.advance(1);
	expect(opening.outcome).toBe('nothing_opened');
});

test('a page that is left reports nothing', async () => {
	const { clock, opening, press, leave } = setUp();
	await press();
	leave();
	await clock.advance(10_000);
	expect(opening.outcome).toBeNull();
});
