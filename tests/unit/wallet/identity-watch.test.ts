import { expect, test } from 'vitest';
import { IdentityWatch } from '$lib/wallet/identity-watch.svelte';
import type { OnUpdate } from '$lib/wallet/status-client';
import type { IdentityView } from '$lib/wallet/view';

const review: IdentityView = { screen: 'review', sessionId: 's' };
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
		async say(status: string | null) {
			const response = status === null ? ({ kind: 'unreachable' } as const) : { kind: 'status' as const, status };
			hear?.({ sessionId: 's', response: { expiresInMs: null, ...response } as Parameters<OnUpdate>[0]['response'] });
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
	['VERIFIED', { screen: 'confirm', reason: null, person: {}, candidates: [] }],
	['FAILED', { screen: 'ended', outcome: 'review-refused', helpCode: null }]
] as const)('at status %s, the page is read again, and no status is followed any more', async (status, view) => {
	const page = start(review, [view]);
	await page.say(status);
	await page.ran;
	expect([page.watch.view, page.announced, page.reads()]).toEqual([view, [null, view.screen], 1]);
});

test('a new waiting screen is announced once', async () => {
	const page = start({ screen: 'in-progress', sessionId: 's' }, [review]);
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

test('a page that requires an action by the person does not follow the status', async () => {
	const page = start({ screen: 'explain', reason: null, way: 'visit', person: {} });
	await page.ran;
	expect(page.isFollowed()).toBe(false);
});
