/** Lets Schemathesis fuzz a running build from its own description of the API, as a program and as a browser without cookies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { AUDIENCE, serviceToken } from '../http/third-party.ts';

const SEED = '20260101';
const MOST_SECONDS = process.env.ROBUSTNESS_SECONDS ?? '60';
const program = process.env.SCHEMATHESIS ?? 'schemathesis';
const settings = fileURLToPath(new URL('./schemathesis.toml', import.meta.url));

const landscape = await startLandscape({
	runtime,
	env: {
		API_AUDIENCE: AUDIENCE,
		WALLET_QUERY_IDS: 'student staff',
		RATE_LIMIT_PER_CALLER: '1000000',
		LOG_LEVEL: 'error'
	}
});
try {
	const token = await serviceToken(landscape);
	// What is replaced by this header can't be judged as a missing or made-up credential.
	const asProgram = await fuzz(`Authorization: Bearer ${token}`, '--exclude-checks', 'ignored_auth');
	const asBrowser = await fuzz(`Origin: ${landscape.url}`);
	process.exitCode = asProgram && asBrowser ? 0 : 1;
} finally {
	await landscape.stop();
}

async function fuzz(header: string, ...more: string[]): Promise<boolean> {
	const bounds = ['--seed', SEED, '--max-examples', '50', '--max-time', MOST_SECONDS, '--generation-database', 'none'];
	const output = ['--no-color', '--continue-on-failure', '--warnings', 'off'];
	const args = ['--config-file', settings, 'run', `${landscape.url}/api/openapi.json`, '--header', header];
	const child = spawn(program, [...args, ...bounds, ...output, ...more], { stdio: 'inherit', cwd: tmpdir() });
	// Not waited for in one piece: the sandbox lives in this process.
	const [code] = (await once(child, 'close')) as [number | null];
	return code === 0;
}
