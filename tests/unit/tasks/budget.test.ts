import { expect, onTestFinished, test, vi } from 'vitest';
import { untilGroupEnds } from '../../harness/process-group';
import { withinBudget } from '../../tasks/budget.mjs';
import { startTied } from '../../tasks/children.mjs';
import { nothing } from '../../tasks/results.mjs';

const suite = { name: 'gallery', minutes: 10 };

/** A suite whose program never ends by itself. */
function endless() {
	const child = startTied(['sleep', '600'], { stdio: 'ignore' });
	const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
	onTestFinished(() => void child.kill('SIGKILL'));
	return { child, ended };
}

test('a suite that takes twice its budget is killed and reported as failed', { timeout: 60_000 }, async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	onTestFinished(() => void vi.useRealTimers());
	const { child, ended } = endless();
	const result = withinBudget(suite, true, async (isOver) => {
		await ended;
		return { ...nothing(), failed: isOver() ? ['axe (did not end)'] : [] };
	});
	vi.advanceTimersByTime(20 * 60_000);
	vi.useRealTimers();
	expect((await result).failed).toEqual(['gallery: ended after 2 times its 10 minutes', 'axe (did not end)']);
	await untilGroupEnds(child.pid ?? 0);
});

test('a budget that is not enforced does not end the suite', async () => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
	onTestFinished(() => void vi.useRealTimers());
	const result = withinBudget(suite, false, async (isOver) => {
		vi.advanceTimersByTime(60 * 60_000);
		return { ...nothing(), passed: [isOver() ? 'over' : 'under way'] };
	});
	expect(await result).toMatchObject({ passed: ['under way'], failed: [] });
});

test('a suite whose preparation throws is reported as failed', async () => {
	const result = await withinBudget(suite, true, () => Promise.reject(new Error('No Chromium found')));
	expect(result.failed).toEqual(['gallery: No Chromium found']);
});
