import { describe, expect, test } from 'vitest';
import { startFlow, status, unreachable } from './flow-fixture';

describe('a wallet sign-in on the page', () => {
	test('goes from the code to the sign-in, completes once, and stops following the session', async () => {
		const page = startFlow();
		for (const name of ['PENDING', 'INTERACTION_STARTED', 'VERIFYING', 'VERIFIED', 'VERIFIED']) await page.update(name);
		await page.ran;
		expect([page.flow.state, page.left, page.completed]).toEqual(['leaving', ['/go'], ['now']]);
		expect(page.announced).toEqual([null, 'opened', 'checking', 'verified', 'leaving']);
		expect(page.isFollowing()).toBe(false);
	});

	test('announces each state once, even if the same status arrives several times', async () => {
		const page = startFlow();
		for (let n = 0; n < 5; n++) await page.update('INTERACTION_STARTED');
		expect(page.announced).toEqual([null, 'opened']);
	});

	test('announces once that the portal is unreachable, until a response arrives', async () => {
		const page = startFlow();
		for (const response of [unreachable, unreachable, unreachable]) await page.update(response);
		await page.update('PENDING');
		expect([page.announced, page.flow.state]).toEqual([[null, 'unreachable', null], 'scan']);
	});

	test('continues with identity verification if completing requires it', async () => {
		const page = startFlow({ completes: [{ kind: 'identity_needed' }] });
		await page.update('VERIFIED');
		expect([page.flow.state, page.left]).toEqual(['identifying', ['/login/identity']]);
	});

	test.each(['IDV_REQUIRED', 'RECONCILING'])(
		'continues with identity verification at %s, without completing',
		async (name) => {
			const page = startFlow();
			await page.update(name);
			expect([page.flow.state, page.left, page.completed]).toEqual(['identifying', ['/login/identity'], []]);
		}
	);

	test.each([
		['EXPIRED', null, 'expired'],
		['VP_VALIDATION_FAILED', null, 'refused'],
		['FAILED', 'declined', 'declined'],
		['FAILED', null, 'failed'],
		['ERROR', null, 'failed']
	] as const)('%s with the outcome %s from the server ends as %s', async (name, outcome, state) => {
		const page = startFlow({ outcome });
		await page.update(name);
		expect([page.flow.state, page.left]).toEqual([state, []]);
	});

	test('an end that is reported twice is read once', async () => {
		const page = startFlow({ outcome: 'declined' });
		await Promise.all([page.update('FAILED'), page.update('FAILED')]);
		expect([page.flow.state, page.outcomeReads()]).toEqual(['declined', 1]);
	});

	test('a session that no longer exists is shown as expired', async () => {
		const page = startFlow();
		await page.update({ kind: 'gone' });
		expect(page.flow.state).toBe('expired');
	});

	test('a session that is gone after the wallet has responded ends as unfinished, not as expired', async () => {
		const page = startFlow();
		await page.update('VERIFYING');
		await page.update({ kind: 'gone' });
		expect(page.flow.state).toBe('unfinished');
	});

	test.each([
		['waits for a scan', [{ kind: 'gone' }]],
		['is checked', ['VERIFYING', { kind: 'gone' }]],
		['is completed', ['VERIFIED']]
	] as const)(
		'asks the server, which may lead elsewhere, once if a session is gone while it %s',
		async (_, updates) => {
			const page = startFlow({ completes: [{ kind: 'gone' }] });
			for (const update of updates) await page.update(update);
			expect(page.outcomeReads()).toBe(1);
		}
	);

	test('asks the server once, and leads elsewhere once, however often the session is reported gone until the page is left', async () => {
		const page = startFlow({ isLeaving: true });
		await page.update({ kind: 'gone' });
		await page.update({ kind: 'gone' });
		expect([page.outcomeReads(), page.flow.state]).toEqual([1, 'scan']);
	});

	test('completing is retried at growing intervals while the portal is unreachable, which is announced once', async () => {
		const page = startFlow({ completes: [unreachable, unreachable, { kind: 'accepted', continueUrl: '/x' }] });
		await page.update('VERIFIED');
		expect([page.flow.state, page.completed.length, page.pausesMs]).toEqual(['leaving', 3, [1000, 2000]]);
		expect(page.announced).toEqual([null, 'verified', 'unreachable', 'leaving']);
	});

	test('completing is retried after the time in Retry-After', async () => {
		const busy = { kind: 'unreachable', retryAfterMs: 30_000 } as const;
		const page = startFlow({ completes: [busy, unreachable, busy] });
		await page.update('VERIFIED');
		expect([page.flow.state, page.pausesMs]).toEqual(['leaving', [30_000, 2000, 30_000]]);
	});

	test.each([
		['the sign-in', 'VERIFIED', '/go'],
		['identity verification', 'IDV_REQUIRED', '/login/identity']
	])('does not navigate to %s before the portal is reachable', async (_, name, path) => {
		const page = startFlow({ reachable: [false, false] });
		await page.update(name);
		expect([page.left, page.pausesMs, page.flow.announced]).toEqual([[path], [1000, 2000], 'unreachable']);
	});

	test('a page that is left while the portal can’t be reached does not navigate', async () => {
		const page = startFlow({ reachable: [false] });
		const updated = page.update('VERIFIED');
		page.leavePage();
		await updated;
		expect(page.left).toEqual([]);
	});

	test('reads the reason for a failure again while the portal cannot be reached', async () => {
		const page = startFlow({ outcome: 'declined', unreadable: 4 });
		await page.update('FAILED');
		expect([page.flow.state, page.outcomeReads(), page.pausesMs]).toEqual(['declined', 5, [1000, 2000, 4000, 8000]]);
	});

	test('shows a failure without its reason if that cannot be read in five attempts', async () => {
		const page = startFlow({ outcome: 'declined', unreadable: 5 });
		await page.update('FAILED');
		expect([page.flow.state, page.outcomeReads()]).toEqual(['failed', 5]);
	});

	test('a session that is gone when it is completed ends as unfinished', async () => {
		const page = startFlow({ completes: [{ kind: 'not_yet' }, { kind: 'gone' }] });
		await page.update('VERIFIED');
		expect(page.flow.state).toBe('unfinished');
	});

	test('a page that is loaded at status verified completes the session', async () => {
		const page = startFlow({ from: 'verified' });
		await page.ran;
		expect(page.left).toEqual(['/go']);
	});

	test('a page that was left ignores status updates', async () => {
		const page = startFlow();
		page.leavePage();
		await page.ran;
		await page.update('IDV_REQUIRED');
		expect([page.flow.state, page.left]).toEqual(['scan', []]);
	});

	test('the time left is that of the latest status', async () => {
		const page = startFlow();
		await page.update(status('PENDING', 120_000));
		expect(page.flow.timeLeft.ms).toBe(120_000);
	});
});

describe('a code that replaces another', () => {
	const renewed = { sessionId: 'new', replaced: [], expiresInMs: 300_000 };

	test('after that has expired takes its place, and only that is followed', async () => {
		const page = startFlow({ renewsExpired: true });
		await page.update('EXPIRED');
		expect([page.flow.state, page.flow.sessionId, [...page.followed]]).toEqual(['scan', 'new', ['new']]);
		expect(page.announced).toEqual([null]);
	});

	test('is followed together with it, without an announcement', () => {
		const page = startFlow();
		page.flow.replace(renewed);
		expect([[...page.followed], page.flow.announced, page.flow.timeLeft.ms]).toEqual([['now', 'new'], null, 300_000]);
	});

	test.each([
		['now', 'new'],
		['new', 'now']
	])('is ignored, or ignores the other, from the moment that a wallet opens one (%s)', async (opened, other) => {
		const page = startFlow();
		page.flow.replace(renewed);
		await page.update('INTERACTION_STARTED', opened);
		await page.update('VERIFIED', other);
		expect([page.flow.state, [...page.followed]]).toEqual(['opened', [opened]]);
		await page.update('VERIFIED', opened);
		expect(page.completed).toEqual([opened]);
	});

	test('the end of the earlier one is not announced', async () => {
		const page = startFlow({ replaced: ['old'] });
		await page.update({ kind: 'gone' }, 'old');
		expect([page.flow.state, page.announced, [...page.followed]]).toEqual(['scan', [null], ['now']]);
	});

	test('an earlier one that is declined ends the sign-in, because somebody has scanned it', async () => {
		const page = startFlow({ replaced: ['old'], outcome: 'declined' });
		await page.update('FAILED', 'old');
		expect(page.flow.state).toBe('declined');
	});
});
