import { afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { log } from '$lib/server/log';
import { closeStore, openStore, sharedScripts, sharedStore } from '$lib/server/store';
import { REPORT_CAUSE_MS } from '$lib/server/store/health';
import { createMemoryStore } from '$lib/server/store/store';
import { configure } from '../configured';
import { startMetrics } from '../metrics-reader';

vi.mock('$lib/server/config', () => import('../configured'));
const outage = vi.hoisted(() => ({
	cause: null as Error | null,
	refused: [] as string[],
	isLost: false,
	connected: () => {}
}));
vi.mock('$lib/server/store/redis', () => ({
	createRedisStore: ({ onConnected }: { readonly onConnected: () => void }) => {
		outage.connected = onConnected;
		const verify = () => (outage.cause ? Promise.reject(outage.cause) : Promise.resolve(!outage.isLost));
		const read = () => (outage.cause ? Promise.reject(outage.cause) : Promise.resolve(null));
		const refusedCommands = () => (outage.cause ? Promise.reject(outage.cause) : Promise.resolve(outage.refused));
		return Promise.resolve({ ...createMemoryStore(), verify, read, run: verify, refusedCommands });
	}
}));
let metrics: ReturnType<typeof startMetrics>;
beforeAll(() => {
	metrics = startMetrics();
});
afterEach(async () => {
	await closeStore();
	vi.restoreAllMocks();
	configure();
});

async function loggedFor(cause: Error, redisUrl: string) {
	const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
	configure({ REDIS_URL: redisUrl });
	outage.cause = cause;
	await openStore();
	return warned.mock.calls;
}

test('the log line about an outage of Redis names host and port, but neither the user nor the password', async () => {
	const lines = await loggedFor(new Error('read ECONNRESET'), 'rediss://user:secret@redis.example/2');
	expect(JSON.stringify(lines)).not.toMatch(/user|secret/);
	expect(lines).toEqual([
		[
			'the shared store is unavailable: this instance uses its own memory',
			expect.objectContaining({ host: 'redis.example:6379', cause: 'read ECONNRESET' })
		]
	]);
});

test.each([
	['rediss', 'read ECONNRESET', 'use redis://'],
	['rediss', 'Connection timeout', 'use redis://'],
	['redis', 'Socket closed unexpectedly', 'use rediss://'],
	['redis', 'NOAUTH Authentication required.', 'the user or the password of REDIS_URL'],
	['redis', 'WRONGPASS invalid username-password pair or user is disabled.', 'the user or the password of REDIS_URL'],
	['redis', 'NOPERM this user has no permissions', 'lacks a permission'],
	['rediss', 'no connection: took longer than 2000 ms', 'use redis://'],
	['rediss', 'CERT_HAS_EXPIRED certificate has expired', 'check its name and its dates'],
	['rediss', 'invalid peer certificate: UnknownIssuer', 'NODE_EXTRA_CA_CERTS'],
	['rediss', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED tlsv13 alert certificate required', 'at this port'],
	['redis', 'OOM command not allowed when used memory > maxmemory', 'give it more memory'],
	['redis', 'MISCONF Errors writing to the AOF file: No space left on device', 'check its log and its disk'],
	['redis', 'took longer than 1000 ms', 'slow'],
	['redis', "Socket timeout timeout. Expecting data, but didn't receive any in 3000ms.", 'slow'],
	['redis', 'connect ECONNREFUSED 127.0.0.1:6379', null]
])('with %s:// and the cause "%s", it has the hint %j', async (scheme, cause, hint) => {
	const [[, fields] = []] = await loggedFor(new Error(cause), `${scheme}://user:secret@redis.example`);
	expect(fields?.hint ?? null).toEqual(hint === null ? null : expect.stringContaining(hint));
});

test('the log says once which commands the user of REDIS_URL may not run, as soon as Redis responds', async () => {
	outage.refused = ['incrby', 'subscribe'];
	const lines = await loggedFor(new Error('connect ECONNREFUSED'), 'redis://user:secret@redis.example');
	lines.length = 0;
	outage.cause = null;
	const refusals = () => lines.filter(([message]) => message === 'the user of REDIS_URL lacks permissions');
	outage.connected();
	await vi.waitFor(() => expect(refusals()).toHaveLength(1));
	outage.connected();
	await vi.waitFor(() => expect(lines.map(([message]) => message)).toContain('the shared store is available again'));
	expect(refusals()).toEqual([
		[
			expect.anything(),
			{
				host: 'redis.example:6379',
				commands: ['incrby', 'subscribe'],
				hint: expect.stringMatching(/~portal:\* &portal:changed \+eval .*\+subscribe$/) as string
			}
		]
	]);
});

test('the log says nothing of a user that may run all commands', async () => {
	const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
	configure({ REDIS_URL: 'redis://redis.example' });
	outage.cause = null;
	outage.refused = [];
	await openStore();
	outage.connected();
	expect(warned).not.toHaveBeenCalled();
});

test('the log names a cause that changes during an outage, with its hint', async () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const lines = await loggedFor(new Error('connect ECONNREFUSED'), 'redis://user:secret@redis.example');
	lines.length = 0;
	outage.cause = new Error('WRONGPASS invalid username-password pair');
	await vi.advanceTimersByTimeAsync(REPORT_CAUSE_MS + 1000);
	outage.cause = null;
	await vi.advanceTimersByTimeAsync(1000);
	expect(lines).toEqual([
		[
			'the shared store is still unavailable, for another reason',
			{
				host: 'redis.example:6379',
				cause: 'WRONGPASS invalid username-password pair',
				hint: 'Redis does not accept the user or the password of REDIS_URL'
			}
		],
		['the shared store is available again', { host: 'redis.example:6379' }]
	]);
});

test('calls to the shared store are timed by operation', async () => {
	outage.cause = null;
	configure({ REDIS_URL: 'redis://redis.example' });
	await openStore();
	await sharedStore().write('a', 'text', 1000);
	await sharedStore().replace('b', null, 'text', 1000);
	await sharedStore().remainingMs('a');
	await sharedScripts()?.('return 1', { keys: [], arguments: [] });
	const series = await metrics.series('portal.store.duration');
	expect(series.map((attributes) => attributes['portal.operation']).sort()).toEqual([
		'read',
		'remaining',
		'replace',
		'script',
		'verify',
		'write'
	]);
});

test('each outage of the shared store is counted once, and each loss of its data', async () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	const counted = async () =>
		Object.fromEntries((await metrics.counted('portal.store.faults')).map(([{ kind }, n]) => [kind, n])) as Record<
			string,
			number
		>;
	const before = await counted();
	await loggedFor(new Error('connect ECONNREFUSED'), 'redis://redis.example');
	outage.cause = new Error('WRONGPASS');
	await vi.advanceTimersByTimeAsync(REPORT_CAUSE_MS + 1000);
	outage.cause = null;
	outage.isLost = true;
	await vi.advanceTimersByTimeAsync(1000);
	outage.isLost = false;
	const after = await counted();
	expect((after.outage ?? 0) - (before.outage ?? 0)).toBe(1);
	expect((after.loss ?? 0) - (before.loss ?? 0)).toBeGreaterThan(0);
});
