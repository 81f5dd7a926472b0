import { describe, expect, test } from 'vitest';
import type { CompleteAnswer, StatusAnswer } from '$lib/wallet/api';
import type { FlowState } from '$lib/wallet/flow';
import { WalletFlow } from '$lib/wallet/flow.svelte';
import type { WalletOutcome } from '$lib/wallet/view';

const status = (name: string, expiresInMs = 200_000): StatusAnswer => ({ kind: 'status', status: name, expiresInMs });
const trouble = { kind: 'trouble' } as const;

interface Script {
	readonly statuses: StatusAnswer[];
	readonly completes?: CompleteAnswer[];
	readonly outcome?: WalletOutcome | null;
	readonly from?: FlowState;
}

/** Runs a flow over scripted answers; stops by itself where they end. */
async function play({ statuses, completes = [], outcome = null, from = 'scan' }: Script) {
	const left: string[] = [];
	const pausesMs: number[] = [];
	const news: unknown[] = [];
	const asked = { statuses: 0, completes: 0 };
	const page = new AbortController();
	const next = <Answer>(answers: Answer[], otherwise: Answer) => {
		const answer = answers.shift();
		if (answer === undefined) page.abort();
		return Promise.resolve(answer ?? otherwise);
	};
	const note = () => {
		if (flow.news !== news.at(-1)) news.push(flow.news);
	};
	const flow: WalletFlow = new WalletFlow(
		{
			api: {
				readStatus: () => {
					note();
					asked.statuses++;
					return next<StatusAnswer>(statuses, trouble);
				},
				complete: () => {
					note();
					asked.completes++;
					return next<CompleteAnswer>(completes, trouble);
				}
			},
			pause: (ms, signal) => {
				note();
				if (!signal.aborted) pausesMs.push(ms);
				return Promise.resolve();
			},
			leave: (path) => left.push(path),
			readOutcome: () => Promise.resolve(outcome)
		},
		from,
		300_000
	);
	await flow.run(page.signal);
	note();
	return { flow, left, pausesMs, news, asked };
}

describe('a wallet sign-in on the page', () => {
	test('goes from scan to the sign-in, completing once', async () => {
		const { flow, left, news, asked } = await play({
			statuses: ['PENDING', 'INTERACTION_STARTED', 'VERIFYING', 'VERIFIED'].map((name) => status(name)),
			completes: [{ kind: 'accepted', continueUrl: '/login/start?provider=sts-wallet' }]
		});
		expect(flow.state).toBe('leaving');
		expect(left).toEqual(['/login/start?provider=sts-wallet']);
		expect(asked.completes).toBe(1);
		expect(news).toEqual([null, 'opened', 'checking', 'verified', 'leaving']);
	});

	test('asks each second while the code waits, and faster once the wallet is open', async () => {
		const { pausesMs } = await play({
			statuses: [status('PENDING'), status('PENDING'), status('INTERACTION_STARTED'), status('INTERACTION_STARTED')]
		});
		expect(pausesMs).toEqual([1000, 1000, 750]);
	});

	test('says each state once, however often the same status comes', async () => {
		const { news } = await play({ statuses: Array.from({ length: 5 }, () => status('INTERACTION_STARTED')) });
		expect(news).toEqual([null, 'opened']);
	});

	test('keeps trying when answers don’t come, ever slower up to 8 s, and says so once', async () => {
		const { flow, pausesMs, news } = await play({
			statuses: [...Array.from({ length: 5 }, () => trouble), status('PENDING')]
		});
		expect(pausesMs).toEqual([2000, 4000, 8000, 8000, 8000, 1000]);
		expect(news).toEqual([null, 'trouble', null]);
		expect(flow.state).toBe('scan');
	});

	test('goes on to identity verification when completing asks for it', async () => {
		const { flow, left } = await play({ statuses: [status('VERIFIED')], completes: [{ kind: 'identity_needed' }] });
		expect([flow.state, left]).toEqual(['identifying', ['/login/identity']]);
	});

	test.each(['IDV_REQUIRED', 'RECONCILING'])(
		'goes on to identity verification at %s, without completing',
		async (name) => {
			const { left, asked } = await play({ statuses: [status(name)] });
			expect([left, asked.completes]).toEqual([['/login/identity'], 0]);
		}
	);

	test.each([
		['EXPIRED', null, 'expired'],
		['VP_VALIDATION_FAILED', null, 'refused'],
		['FAILED', 'declined', 'declined'],
		['FAILED', null, 'failed'],
		['ERROR', null, 'failed']
	] as const)('%s, which the server calls %s, ends as %s', async (name, outcome, state) => {
		const { flow, left } = await play({ statuses: [status(name)], outcome });
		expect([flow.state, left]).toEqual([state, []]);
	});

	test('a session that is gone has expired', async () => {
		expect((await play({ statuses: [{ kind: 'gone' }] })).flow.state).toBe('expired');
	});

	test('a lost answer to completing is asked for again', async () => {
		const { flow, asked } = await play({
			statuses: [status('VERIFIED')],
			completes: [trouble, { kind: 'accepted', continueUrl: '/x' }]
		});
		expect([flow.state, asked.completes]).toEqual(['leaving', 2]);
	});

	test('a session that turns out not to be verified is read again', async () => {
		const { flow } = await play({
			statuses: [status('VERIFIED'), status('EXPIRED')],
			completes: [{ kind: 'not_yet' }]
		});
		expect(flow.state).toBe('expired');
	});

	test('nothing happens any more on a page that was left', async () => {
		const page = new AbortController();
		const left: string[] = [];
		const flow = new WalletFlow(
			{
				api: {
					readStatus: () => {
						page.abort();
						return Promise.resolve(status('IDV_REQUIRED'));
					},
					complete: () => Promise.resolve(trouble)
				},
				pause: () => Promise.resolve(),
				leave: (path) => left.push(path),
				readOutcome: () => Promise.resolve(null)
			},
			'scan',
			1000
		);
		await flow.run(page.signal);
		expect([flow.state, left]).toEqual(['scan', []]);
	});

	test('the time left is what the server last said', async () => {
		const { flow } = await play({ statuses: [status('PENDING', 120_000)] });
		expect(flow.expiresInMs).toBe(120_000);
	});
});
