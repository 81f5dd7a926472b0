import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { problems } from '../../src/lib/server/http/problem.ts';
import { Browser, headingOf, type Visit } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { faultKinds, type ScenarioOptions } from '../sandbox/scenarios.ts';
import { signInAnyhow, upstreamCalls } from './upstream-calls.ts';

/** Upstream may take this long; a slow one takes longer. */
const MAX_WAIT_MS = 1000;
const SLOW: ScenarioOptions = { ms: 1300 };

let landscape: Landscape;
let browser: Browser;

beforeAll(async () => {
	landscape = await startLandscape({
		runtime,
		env: ({ bridgeUrl }) => ({
			STS_TIMEOUT_MS: String(MAX_WAIT_MS),
			AUTH_BRIDGE_TIMEOUT_MS: String(MAX_WAIT_MS),
			BACKENDS: JSON.stringify({ sandbox: { url: bridgeUrl, token: 'user', timeoutMs: MAX_WAIT_MS } }),
			RATE_LIMIT_PER_ADDRESS: '100000'
		})
	});
});
afterAll(() => landscape.stop());
beforeEach(() => {
	landscape.sandbox.reset();
	browser = new Browser(landscape.url);
});

/** What a caller can do something with: no fault of ours, in our own words; `null` for a response that has none of it. */
function meaningOf(visit: Visit, passesOn = false): string | null {
	const { status, headers, text } = visit;
	if (status === 500) return null;
	if (passesOn && status < 500) return 'the words of the service';
	if (!(headers.get('content-type') ?? '').includes('json')) return headingOf(visit) || null;
	if (status < 400) return 'a response';
	const { error, message, requestId } = JSON.parse(text) as Record<string, string>;
	return error !== undefined && error in problems && message && requestId ? error : null;
}

describe.each(upstreamCalls)('$operation', (call) => {
	test.each(faultKinds)('%s: a clear response during the fault, and success afterwards', async (kind) => {
		const { sandbox } = landscape;
		const act = await call.prepare(browser, landscape);
		const [target = '', operation = ''] = call.operation.split('.');
		const before = sandbox.count(call.operation);
		const fault = `${target as 'sts' | 'bridge'}-${kind}` as const;
		sandbox.scenario(fault, { operation, ...(kind === 'slow' && SLOW) });

		const outcome = await act().then(
			(visit) => meaningOf(visit, call.passesOn),
			() => (call.passesOn ? 'half of its words' : null)
		);
		expect(outcome).not.toBeNull();
		expect(sandbox.count(call.operation)).toBeGreaterThan(before);
		expect(sandbox.count('trap.visit')).toBe(0);

		sandbox.lift(fault);
		const after = await act();
		const { isWell = ({ status }) => status < 400 } = call;
		expect(isWell(after, kind), `${after.status} ${after.url.pathname} ${headingOf(after)}`).toBe(true);
	});
});

describe('a portal that starts while the STS is failing', () => {
	test.each(faultKinds)(
		'%s: a clear response to each sign-in during the fault, and success afterwards',
		async (kind) => {
			const young = await startLandscape({ runtime, env: { STS_TIMEOUT_MS: String(MAX_WAIT_MS) } });
			try {
				const visitor = new Browser(young.url);
				for (const operation of ['discovery', 'jwks']) {
					young.sandbox.scenario(`sts-${kind}`, { operation, ...(kind === 'slow' && SLOW) });
					expect(meaningOf(await signInAnyhow(visitor))).not.toBeNull();
					expect(young.sandbox.count(`sts.${operation}`)).toBeGreaterThan(0);
					expect((await visitor.call('/api/auth/session')).text).toBe('null');
				}
				young.sandbox.reset();
				expect((await signInAnyhow(visitor)).url.pathname).toBe('/account');
			} finally {
				await young.stop();
			}
		}
	);
});
