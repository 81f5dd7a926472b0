import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { AUDIENCE } from '../http/support/third-party.ts';
import type { PersonId } from '../sandbox/people.ts';
import { startTied } from '../tasks/children.mjs';
import { root } from '../tasks/runtime.mjs';

/** The programs of docs/api-clients, with clients that are generated from the portal's own description. */

const MAX_PYTHON_MODELS = 60;
const generator = process.env.OPENAPI_PYTHON_CLIENT;
const folder = join(root, 'test-results', `generated-clients-${runtime}`);
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

let landscape: Landscape;
let descriptionUrl: string;

beforeAll(async () => {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const grades = { url: 'http://localhost:9', token: 'none', methods: ['GET', 'POST'] };
	landscape = await startLandscape({
		runtime,
		env: { API_AUDIENCE: AUDIENCE, ADMIN_CLIENT_IDS: 'operator', BACKENDS: JSON.stringify({ grades }) }
	});
	descriptionUrl = `${landscape.url}/api/openapi.json`;
});
afterAll(() => landscape.stop());
beforeEach(() => landscape.sandbox.reset());

const start = (command: readonly string[], env: NodeJS.ProcessEnv = {}) =>
	startTied(command, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });

/** Runs a program to its end, and expects that it succeeds. Not synchronously: the sandbox lives in this process. */
async function run(command: readonly string[], env?: NodeJS.ProcessEnv): Promise<void> {
	const child = start(command, env);
	const [output, errors, [code]] = await Promise.all([
		child.stdout && text(child.stdout),
		child.stderr && text(child.stderr),
		once(child, 'close')
	]);
	expect(code, `${command.join(' ')}\n${output}\n${errors}`).toBe(0);
}

/** Runs a program that asks a person to open links; returns its last line. */
async function runFor(person: PersonId, command: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
	const child = start(command, {
		PORTAL_URL: landscape.url,
		API_AUDIENCE: AUDIENCE,
		TOKEN_ENDPOINT: `${landscape.sandbox.stsUrl}/token`,
		CLIENT_ID: 'third-party',
		CLIENT_SECRET: 'third-party-secret',
		...env
	});
	if (!child.stdout || !child.stderr) throw new Error('no output');
	const closed = once(child, 'close');
	const errors = text(child.stderr);
	let last = '';
	for await (const line of createInterface(child.stdout)) {
		last = line;
		const [, place, link = ''] = /^Open in a (wallet|browser): (.*)$/.exec(line) ?? [];
		if (place === 'wallet') await landscape.sandbox.share(landscape.sandbox.sessionByLink(link)?.id ?? '', person);
		if (place === 'browser') await confirmAtInstitution(link);
	}
	expect([await errors, (await closed)[0]]).toEqual(['', 0]);
	return last;
}

async function confirmAtInstitution(url: string): Promise<void> {
	const browser = new Browser(landscape.url);
	await browser.submit(await browser.open(url), { decision: 'confirmed' });
}

/** How many access tokens the program has got. */
function tokensOfProgram(): number {
	const requests = landscape.sandbox.lastRequests('sts', 'token:client-credentials');
	return requests.filter(({ body }) => body.includes('client_id=third-party')).length;
}

/** Tokens that a program has to replace before each request, and a portal that refuses its first request for a while. */
function makeItHard(): void {
	landscape.sandbox.scenario('access-token-seconds', { seconds: 20 });
	landscape.sandbox.scenario('bridge-500', { operation: 'create', status: 503, times: 1 });
}

describe('a client in TypeScript, by openapi-typescript and openapi-fetch', () => {
	beforeAll(async () => {
		await run([bin('openapi-typescript'), descriptionUrl, '--output', 'portal.ts']);
		copyFileSync(join(root, 'docs/api-clients/wallet-session.ts'), join(folder, 'wallet-session.ts'));
		const compilerOptions = { strict: true, skipLibCheck: true, target: 'es2022', module: 'nodenext', types: ['node'] };
		writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['wallet-session.ts'] }));
		await run([bin('tsc')]);
	});

	test.each<PersonId>(['known-student', 'unknown-student'])('completes a wallet session of the %s', async (person) => {
		expect(await runFor(person, [process.execPath, 'wallet-session.js'])).toBe('Completed');
		expect(tokensOfProgram()).toBe(1);
	});

	test('replaces a token that expires soon, and repeats a request when the portal says so', async () => {
		makeItHard();
		expect(await runFor('known-student', [process.execPath, 'wallet-session.js'])).toBe('Completed');
		expect([landscape.sandbox.lastRequests('bridge', 'create').length, tokensOfProgram() > 1]).toEqual([2, true]);
	});
});

describe.skipIf(generator === undefined)('a client in Python, by openapi-python-client', () => {
	const venv = dirname(generator ?? '');

	test('is generated without a warning, with few models', async () => {
		const options = ['--meta', 'none', '--output-path', 'portal_client', '--fail-on-warning'];
		// It formats the client with a program that is installed beside it.
		const env = { PATH: [venv, process.env.PATH].join(delimiter) };
		await run([generator ?? '', 'generate', '--url', descriptionUrl, ...options], env);
		const models = readdirSync(join(folder, 'portal_client', 'models')).filter((name) => !name.startsWith('__'));
		expect(models).toContain('wallet_session_status.py');
		expect(models.length).toBeLessThanOrEqual(MAX_PYTHON_MODELS);
	});

	const command = [join(venv, 'python'), join(root, 'docs/api-clients/wallet_session.py')];

	test('completes a wallet session with manual confirmation', async () => {
		expect(await runFor('unknown-employee', command, { PYTHONPATH: folder })).toBe('Completed');
		expect(tokensOfProgram()).toBe(1);
	});

	test('replaces a token that expires soon, and repeats a request when the portal says so', async () => {
		makeItHard();
		expect(await runFor('known-student', command, { PYTHONPATH: folder })).toBe('Completed');
		expect([landscape.sandbox.lastRequests('bridge', 'create').length, tokensOfProgram() > 1]).toEqual([2, true]);
	});
});
