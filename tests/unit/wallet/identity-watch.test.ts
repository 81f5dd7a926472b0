import { describe, expect, test, vi } from 'vitest';
import { IdentityWatch } from '$lib/wallet/identity-watch.svelte';
import type { OnUpdate } from '$lib/wallet/status-client';
import type { IdentityView } from '$lib/wallet/view';

const open = { sessionId: 's', expiresInMs: 300_000 };
const review: IdentityView = { screen: 'review', ...open };
const explain: IdentityView = { screen: 'explain', reason: null, way: 'visit', person: {}, ...open };
const confirm: IdentityView = { screen: 'confirm', reason: null, person: {}, candidates: [], ...open };
const expired: IdentityView = { screen: 'ended', outcome: 'expired', helpCode: null };
const unavailable: IdentityView = { screen: 'ended', outcome: 'unavailable', helpCode: null };

/** A watch on a page of its own; `null` among the views stands for a portal that can't be reached. */
function start(first: IdentityView, views: (IdentityView | null)[] = []) {
	const page = new AbortController();
	const watch = new IdentityWatch(first);
	const announced: unknown[] = [];
	let reads = 0;
	let hear: OnUpdate | undefined;
	const note = () => {
		if (watch.announced !== announced.at(-1)) announced.push(watch.announced);
	};
	const ran = watch.run(page.signal, {
		follow: (_ids, listener) => {
			hear = listener;
			return { run: (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())) };
		},
		pause: () => {
			note();
			return Promise.resolve();
		},
		readView: () => {
			reads++;
			const view = views.shift();
			return Promise.resolve(view === undefined ? review : view);
		}
	});
	note();
	return {
		watch,
		announced,
		ran,
		reads: () => reads,
		isFollowed: () => hear !== undefined,
		async say(status: string | null, expiresInMs: number | null = null) {
			const response = status === null ? ({ kind: 'unreachable' } as const) : { kind: 'status' as const, status };
			hear?.({ sessionId: 's', response: { expiresInMs, ...response } as Parameters<OnUpdate>[0]['response'] });
			note();
			await new Promise((resolve) => setImmediate(resolve));
			note();
		}
	};
}

test('during a review, the page is not read again, and nothing is announced', async () => {
	const page = start(review);
	for (let n = 0; n < 3; n++) await page.say('RECONCILING');
	expect([page.reads(), page.announced]).toEqual([0, [null]]);
});

test.each([
	['VERIFIED', confirm],
	['FAILED', { screen: 'ended', outcome: 'review-refused', helpCode: null }]
] as const)('at status %s of a review, the page is read again, once', async (status, view) => {
	const page = start(review, [view]);
	await page.say(status);
	await page.say(status);
	expect([page.watch.view, page.announced, page.reads()]).toEqual([view, [null, view.screen], 1]);
});

test('once the session has ended, no status is followed any more', async () => {
	const page = start(review, [expired]);
	await page.say('EXPIRED');
	await page.ran;
	const over = start(expired);
	await over.ran;
	expect([page.watch.view, over.isFollowed()]).toEqual([expired, false]);
});

test('a new waiting screen is announced once', async () => {
	const page = start({ screen: 'in-progress', ...open }, [review]);
	await page.say('VERIFIED');
	await page.say('RECONCILING');
	expect(page.announced).toEqual([null, 'review']);
});

test('if the Bridge does not respond, the screen stays and reports that until the next response', async () => {
	const page = start(review);
	await page.say(null);
	await page.say('RECONCILING');
	expect([page.announced, page.watch.view]).toEqual([[null, 'unreachable', null], review]);
});

test.each([
	['the portal', null],
	['a service behind it', unavailable]
])(
	'if %s is unavailable when the review ends, the page is read again until it shows the outcome',
	async (_name, gap) => {
		const ended: IdentityView = { screen: 'ended', outcome: 'review-refused', helpCode: null };
		const page = start(review, [gap, ended]);
		await page.say('FAILED');
		expect([page.announced, page.watch.view]).toEqual([[null, 'unreachable', 'ended'], ended]);
	}
);

describe.each([explain, confirm])('on the screen $screen, where the person acts,', (screen) => {
	test('the end of the session is shown as soon as it is reported', async () => {
		const page = start(screen, [expired]);
		await page.say('IDV_REQUIRED');
		await page.say('EXPIRED');
		expect([page.announced, page.watch.view, page.reads()]).toEqual([[null, 'ended'], expired, 1]);
	});

	test('nothing else changes the screen: the person’s own press leads to the next page', async () => {
		const page = start(screen, [expired]);
		for (const status of ['RECONCILING', 'VERIFIED', 'COMPLETED', null]) await page.say(status);
		expect([page.announced, page.watch.view, page.reads()]).toEqual([[null], screen, 0]);
	});
});

test('the time left is that of the view, until a report shortens it; a later view gives another', async () => {
	vi.useFakeTimers({ toFake: ['performance'] });
	const page = start({ screen: 'in-progress', ...open }, [{ ...explain, expiresInMs: 120_000 }]);
	const ends = [page.watch.endsAtMs];
	for (const leftMs of [90_000, 200_000]) {
		await page.say('RECONCILING', leftMs);
		ends.push(page.watch.endsAtMs);
	}
	await page.say('IDV_REQUIRED');
	ends.push(page.watch.endsAtMs);
	expect(ends.map((endMs) => endMs - performance.now())).toEqual([300_000, 90_000, 90_000, 120_000]);
	vi.useRealTimers();
});
