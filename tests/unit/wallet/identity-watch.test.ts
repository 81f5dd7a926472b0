import { expect, test } from 'vitest';
import { IdentityWatch } from '$lib/wallet/identity-watch.svelte';
import type { IdentityView } from '$lib/wallet/view';

const review: IdentityView = { screen: 'review' };
const unavailable: IdentityView = { screen: 'ended', outcome: 'unavailable', helpCode: null };

/** Runs a watch over scripted views; `null` stands for a portal that can't be reached. */
async function play(first: IdentityView, views: (IdentityView | null)[]) {
	const page = new AbortController();
	const watch = new IdentityWatch(first);
	const news: unknown[] = [];
	const pausesMs: number[] = [];
	await watch.run(page.signal, {
		pause: (ms) => {
			news.push(watch.news);
			pausesMs.push(ms);
			if (views.length === 0) page.abort();
			return Promise.resolve();
		},
		isReachable: () => Promise.resolve(views[0] !== null || views.shift() !== null),
		readView: () => Promise.resolve(views.shift() ?? review)
	});
	return { watch, news, pausesMs };
}

test('a review is asked for every three seconds, and nothing is said meanwhile', async () => {
	const { news, pausesMs } = await play(review, [review, review]);
	expect([news, pausesMs]).toEqual([
		[null, null, null],
		[3000, 3000, 3000]
	]);
});

test('the end of a review is shown, and nothing is asked any more', async () => {
	const { watch, pausesMs } = await play(review, [{ screen: 'ended', outcome: 'review-refused', helpCode: null }]);
	expect([watch.view, watch.news, pausesMs.length]).toEqual([
		{ screen: 'ended', outcome: 'review-refused', helpCode: null },
		'ended',
		1
	]);
});

test('a new screen of waiting is said once', async () => {
	const { news } = await play({ screen: 'in-progress' }, [review, review]);
	expect(news).toEqual([null, 'review', 'review']);
});

test.each([
	['the portal', null],
	['a service behind it', unavailable]
])('when %s is away for a moment, the screen stays and says so until the next answer', async (_name, gap) => {
	const { watch, news } = await play(review, [gap, review]);
	expect([news, watch.view]).toEqual([[null, 'trouble', null], review]);
});

test('a page where the person has to act asks nothing', async () => {
	const { pausesMs } = await play({ screen: 'explain', reason: null, way: 'visit', person: {} }, []);
	expect(pausesMs).toEqual([]);
});
