import { afterEach, expect, test, vi } from 'vitest';
import { WorkFailed } from '$lib/server/auth/run-once';
import { callbackRuns, redeemOnce } from '$lib/server/auth/sign-in-result';
import { log } from '$lib/server/log';
import { StoreUnavailable } from '$lib/server/store/store';

vi.mock('$lib/server/config', () => import('../configured'));

afterEach(() => void vi.restoreAllMocks());

const failed = { outcome: { kind: 'failed', error: 'sign_in_failed' }, isOwn: true };

test('a bug in the work of a callback fails the sign-in, and is logged as an unexpected error', async () => {
	const logged = vi.spyOn(log, 'error').mockImplementation(() => {});
	const error = new TypeError('a bug');
	expect(await redeemOnce({ verifier: 'bug' }, { requestId: 'r1' }, () => Promise.reject(error))).toEqual(failed);
	expect(logged).toHaveBeenCalledExactlyOnceWith('unexpected error', { requestId: 'r1', where: 'application', error });
});

test.each([new StoreUnavailable(), new WorkFailed('lost', 'begun_before')])(
	'a callback whose outcome is lost (%s) fails the sign-in, and the log has the cause',
	async (error) => {
		const [warned, logged] = [vi.spyOn(log, 'warn').mockImplementation(() => {}), vi.spyOn(log, 'error')];
		vi.spyOn(callbackRuns(), 'run').mockRejectedValue(error);
		const work = () => expect.fail('ran');
		expect(await redeemOnce({ verifier: 'lost' }, { requestId: 'r1' }, work)).toEqual(failed);
		expect(warned).toHaveBeenCalledExactlyOnceWith('the outcome of a callback is lost', { requestId: 'r1', error });
		expect(logged).not.toHaveBeenCalled();
	}
);
