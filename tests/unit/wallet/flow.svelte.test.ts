import { describe, expect, test } from 'vitest';
import type { CompleteResponse, StatusResponse } from '$lib/wallet/api';
import type { FlowState } from '$lib/wallet/flow';
import { WalletFlow } from '$lib/wallet/flow.svelte';
import type { OnUpdate } from '$lib/wallet/status-client';
import type { WalletOutcome } from '$lib/wallet/view';

const status = (name: string, expiresInMs = 200_000): StatusResponse => ({ kind: 'status', status: name, expiresInMs });
const unreachable = { kind: 'unreachable' } as const;

interface Setting {
	readonly completes?: CompleteResponse[];
	readonly outcome?: WalletOutcome | null;
	/** How often the portal can't be reached for the reason of a failure. */
	readonly unreadable?: number;
	/** Whether the portal itself would respond to a navigation, one after the other; true from then on. */
	readonly reachable?: boolean[];
	readonly from?: FlowState;
	readonly replaced?: readonly string[];
}

/** A flow on a page of its own, whose every word from outside the test says. */
function start(setting: Setting = {}) {
	const { completes = [], outcome = null, unreadable = 0, reachable = [], from = 'scan', replaced = [] } = setting;
	const page = new AbortController();
	const left: string[] = [];
	const announced: unknown[] = [];
	const completed: string[] = [];
	const pausesMs: number[] = [];
	const followed = new Set<string>();
	let hear: OnUpdate = () => {};
	let isFollowing = false;
	let outcomeReads = 0;

	const flow = new WalletFlow(
		{
			follow(ids, listener) {
				for (const id of ids) followed.add(id);
				hear = listener;
				return {
					add: (id) => void followed.add(id),
					drop: (id) => void followed.delete(id),
					async run(signal) {
						isFollowing = true;
						await new Promise((resolve) => signal.addEventListener('abort', resolve));
						isFollowing = false;
					}
				};
			},
			complete: (id) => {
				completed.push(id);
				return Promise.resolve(completes.shift() ?? { kind: 'accepted', continueUrl: '/go' });
			},
			pause: (ms) => {
				note();
				pausesMs.push(ms);
				return Promise.resolve();
			},
			isReachable: () => Promise.resolve(reachable.shift() ?? true),
			leave: (path) => left.push(path),
			readOutcome: () => {
				outcomeReads += 1;
				return Promise.resolve(outcomeReads > unreadable ? outcome : 'unreachable');
			}
		},
		from,
		{ sessionId: 'now', replaced, expiresInMs: 300_000 }
	);
	const note = () => {
		if (flow.announced !== announced.at(-1)) announced.push(flow.announced);
	};
	const ran = flow.run(page.signal);
	note();

	return {
		flow,
		left,
		announced,
		completed,
		pausesMs,
		followed,
		ran,
		isFollowing: () => isFollowing,
		outcomeReads: () => outcomeReads,
		leavePage: () => page.abort(),
		/** The flow hears this, and does whatever follows from it. */
		async say(response: StatusResponse | string, sessionId = 'now') {
			hear({ sessionId, response: typeof response === 'string' ? status(response) : response });
			note();
			await new Promise((resolve) => setImmediate(resolve));
			note();
		}
	};
}

describe('a wallet sign-in on the page', () => {
	test('goes from scan to the sign-in, completing once, and is followed no more', async () => {
		const page = start();
		for (const name of ['PENDING', 'INTERACTION_STARTED', 'VERIFYING', 'VERIFIED', 'VERIFIED']) await page.say(name);
		await page.ran;
		expect([page.flow.state, page.left, page.completed]).toEqual(['leaving', ['/go'], ['now']]);
		expect(page.announced).toEqual([null, 'opened', 'checking', 'verified', 'leaving']);
		expect(page.isFollowing()).toBe(false);
	});

	test('says each state once, however often the same status comes', async () => {
		const page = start();
		for (let n = 0; n < 5; n++) await page.say('INTERACTION_STARTED');
		expect(page.announced).toEqual([null, 'opened']);
	});

	test('reports once that responses are missing, until the first arrives', async () => {
		const page = start();
		for (const response of [unreachable, unreachable, unreachable]) await page.say(response);
		await page.say('PENDING');
		expect([page.announced, page.flow.state]).toEqual([[null, 'unreachable', null], 'scan']);
	});

	test('goes on to identity verification when completing asks for it', async () => {
		const page = start({ completes: [{ kind: 'identity_needed' }] });
		await page.say('VERIFIED');
		expect([page.flow.state, page.left]).toEqual(['identifying', ['/login/identity']]);
	});

	test.each(['IDV_REQUIRED', 'RECONCILING'])(
		'goes on to identity verification at %s, without completing',
		async (name) => {
			const page = start();
			await page.say(name);
			expect([page.flow.state, page.left, page.completed]).toEqual(['identifying', ['/login/identity'], []]);
		}
	);

	test.each([
		['EXPIRED', null, 'expired'],
		['VP_VALIDATION_FAILED', null, 'refused'],
		['FAILED', 'declined', 'declined'],
		['FAILED', null, 'failed'],
		['ERROR', null, 'failed']
	] as const)('%s, which the server calls %s, ends as %s', async (name, outcome, state) => {
		const page = start({ outcome });
		await page.say(name);
		expect([page.flow.state, page.left]).toEqual([state, []]);
	});

	test('an ending that is reported twice is read once', async () => {
		const page = start({ outcome: 'declined' });
		await Promise.all([page.say('FAILED'), page.say('FAILED')]);
		expect([page.flow.state, page.outcomeReads()]).toEqual(['declined', 1]);
	});

	test('a session that is gone has expired', async () => {
		const page = start();
		await page.say({ kind: 'gone' });
		expect(page.flow.state).toBe('expired');
	});

	test('a session that is gone after the wallet has responded ends as unfinished, not as one that nothing was shared in', async () => {
		const page = start();
		await page.say('VERIFYING');
		await page.say({ kind: 'gone' });
		expect(page.flow.state).toBe('unfinished');
	});

	test('a lost response to complete is requested again at growing intervals, and reported once', async () => {
		const page = start({ completes: [unreachable, unreachable, { kind: 'accepted', continueUrl: '/x' }] });
		await page.say('VERIFIED');
		expect([page.flow.state, page.completed.length, page.pausesMs]).toEqual(['leaving', 3, [1000, 2000]]);
		expect(page.announced).toEqual([null, 'verified', 'unreachable', 'leaving']);
	});

	test('completing waits as long as the portal asks for', async () => {
		const busy = { kind: 'unreachable', retryAfterMs: 30_000 } as const;
		const page = start({ completes: [busy, unreachable, busy] });
		await page.say('VERIFIED');
		expect([page.flow.state, page.pausesMs]).toEqual(['leaving', [30_000, 2000, 30_000]]);
	});

	test.each([
		['the sign-in', 'VERIFIED', '/go'],
		['identity verification', 'IDV_REQUIRED', '/login/identity']
	])('does not navigate to %s before the portal itself responds there', async (_, name, path) => {
		const page = start({ reachable: [false, false] });
		await page.say(name);
		expect([page.left, page.pausesMs, page.flow.announced]).toEqual([[path], [1000, 2000], 'unreachable']);
	});

	test('a page that is left while the portal can’t be reached navigates nowhere', async () => {
		const page = start({ reachable: [false] });
		const reported = page.say('VERIFIED');
		page.leavePage();
		await reported;
		expect(page.left).toEqual([]);
	});

	test('reads the reason of a failure again while the portal can’t be reached', async () => {
		const page = start({ outcome: 'declined', unreadable: 4 });
		await page.say('FAILED');
		expect([page.flow.state, page.outcomeReads(), page.pausesMs]).toEqual(['declined', 5, [1000, 2000, 4000, 8000]]);
	});

	test('shows a failure without its reason when that can’t be read five times', async () => {
		const page = start({ outcome: 'declined', unreadable: 5 });
		await page.say('FAILED');
		expect([page.flow.state, page.outcomeReads()]).toEqual(['failed', 5]);
	});

	test('a session that turns out not to be verified ends as its status says', async () => {
		const page = start({ completes: [{ kind: 'not_yet' }, { kind: 'gone' }] });
		await page.say('VERIFIED');
		expect(page.flow.state).toBe('unfinished');
	});

	test('a page that is drawn while we complete completes', async () => {
		const page = start({ from: 'verified' });
		await page.ran;
		expect(page.left).toEqual(['/go']);
	});

	test('nothing happens any more on a page that was left', async () => {
		const page = start();
		page.leavePage();
		await page.ran;
		await page.say('IDV_REQUIRED');
		expect([page.flow.state, page.left]).toEqual(['scan', []]);
	});

	test('the time left is what the server last said', async () => {
		const page = start();
		await page.say(status('PENDING', 120_000));
		expect(page.flow.timeLeft?.ms).toBe(120_000);
	});
});

describe('a code that replaces another', () => {
	const renewed = { sessionId: 'new', replaced: [], expiresInMs: 300_000 };

	test('is followed beside it, and says nothing', () => {
		const page = start();
		page.flow.replace(renewed);
		expect([[...page.followed], page.flow.announced, page.flow.timeLeft?.ms]).toEqual([['now', 'new'], null, 300_000]);
	});

	test.each([
		['now', 'new'],
		['new', 'now']
	])('the first that a wallet opens wins (%s), and the other is left alone', async (opened, other) => {
		const page = start();
		page.flow.replace(renewed);
		await page.say('INTERACTION_STARTED', opened);
		await page.say('VERIFIED', other);
		expect([page.flow.state, [...page.followed]]).toEqual(['opened', [opened]]);
		await page.say('VERIFIED', opened);
		expect(page.completed).toEqual([opened]);
	});

	test('the end of the earlier one is not announced', async () => {
		const page = start({ replaced: ['old'] });
		await page.say({ kind: 'gone' }, 'old');
		expect([page.flow.state, page.announced, [...page.followed]]).toEqual(['scan', [null], ['now']]);
	});

	test('an earlier one that is declined ends the sign-in: somebody has scanned it', async () => {
		const page = start({ replaced: ['old'], outcome: 'declined' });
		await page.say('FAILED', 'old');
		expect(page.flow.state).toBe('declined');
	});
});
