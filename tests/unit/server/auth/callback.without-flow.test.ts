import { beforeEach, expect, test, vi } from 'vitest';
import { endSignIn } from '$lib/server/auth/callback';
import { log } from '$lib/server/log';
import { count } from '$lib/server/metrics';
import { requestEvent } from '../../../harness/request-event';

vi.mock('$lib/server/config', () => import('../configured'));
vi.mock('$env/dynamic/private', () => ({ env: { AUTH_URL: 'http://localhost:3000' } }));
vi.mock('$lib/server/metrics', { spy: true });

beforeEach(() => vi.clearAllMocks());

const returned = (query: string) =>
	endSignIn(requestEvent({ path: `/api/auth/callback/sts?${query}`, cookie: 'a=b' }), 'sts');
const results = () => vi.mocked(count).mock.calls.map(([, attributes]) => attributes.result);

test.each(['temporarily_unavailable', 'server_error', 'unauthorized_client', 'access_denied', 'whatever'])(
	'a callback without a sign-in is counted as interrupted, not as the STS error %s',
	async (error) => {
		await returned(`error=${error}`);
		expect(results()).toEqual(['sign_in_interrupted']);
	}
);

test('callbacks without a sign-in write no more log lines than the audit log', async () => {
	const warn = vi.spyOn(log, 'warn').mockReturnValue();
	for (let n = 0; n < 1000; n++) await returned('error=server_error');
	expect(warn.mock.calls.length).toBeLessThanOrEqual(600);
	expect(results()).toHaveLength(1000);
});
