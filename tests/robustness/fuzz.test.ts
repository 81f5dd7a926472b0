import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { AUDIENCE, serviceToken } from '../http/support/third-party.ts';
import { startTied } from '../tasks/children.mjs';

const SEED = '20260101';
const MIN_CASES = 2500;
const SESSION_SECONDS = 3;
const program = process.env.SCHEMATHESIS;
const settings = fileURLToPath(new URL('./schemathesis.toml', import.meta.url));

/** Two callers on two runtimes: some ten thousand cases in all. */
describe.skipIf(!program)('Schemathesis finds no fault in the API, tested from its own description', () => {
	let landscape: Landscape;

	beforeAll(async () => {
		landscape = await startLandscape({
			runtime,
			env: {
				API_AUDIENCE: AUDIENCE,
				WALLET_QUERY_IDS: 'eduid eduid-affiliation',
				RATE_LIMIT_PER_CALLER: '1000000',
				RATE_LIMIT_PER_ADDRESS: '1000000',
				LOG_LEVEL: 'error'
			}
		});
	});
	// An event stream lasts as long as its session, and is read to its end.
	beforeEach(() => landscape.sandbox.scenario('session-seconds', { seconds: SESSION_SECONDS }));
	afterAll(() => landscape.stop());

	async function fuzz(header: string, ...more: string[]): Promise<void> {
		const args = ['--config-file', settings, 'run', `${landscape.url}/api/openapi.json`, '--header', header];
		const bounds = ['--seed', SEED, '--max-examples', '130', '--generation-database', 'none'];
		const output = ['--no-color', '--continue-on-failure', '--warnings', 'off'];
		const child = startTied([program ?? '', ...args, ...bounds, ...output, ...more], {
			cwd: tmpdir(),
			stdio: ['ignore', 'pipe', 'inherit']
		});
		// Not waited for in one piece: the sandbox lives in this process.
		const [report, [code]] = await Promise.all([child.stdout ? text(child.stdout) : '', once(child, 'close')]);
		expect(code, report).toBe(0);
		const cases = Number(/([\d,]+) generated/.exec(report)?.[1]?.replaceAll(',', ''));
		console.log(`${cases} cases on ${runtime}`);
		expect(cases).toBeGreaterThanOrEqual(MIN_CASES);
	}

	const timeout = 15 * 60_000;
	test('as an API client with a token', { timeout }, async () => {
		const token = await serviceToken(landscape);
		// What is replaced by this header can't be judged as a missing or made-up credential.
		await fuzz(`Authorization: Bearer ${token}`, '--exclude-checks', 'ignored_auth');
	});

	test('as a browser that has no cookies', { timeout }, () => fuzz(`Origin: ${landscape.url}`));
});
