import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as v from 'valibot';
import { parsed } from './parsed.ts';

/** `npm run sandbox` and `npm run wallet`, without the check that packages are installed. */
const script = (...path: string[]) => [
	join(import.meta.dirname, '..', 'tasks', 'run-ts.mjs'),
	join(import.meta.dirname, ...path)
];
const run = promisify(execFile);
const free = {
	SANDBOX_STS_PORT: '0',
	SANDBOX_BRIDGE_PORT: '0',
	SANDBOX_INSTITUTION_PORT: '0',
	SANDBOX_CONTROL_PORT: '0'
};
let sandbox: ChildProcess;
let bridge: URL;
let control: URL;

beforeAll(async () => {
	const env = { ...process.env, ...free };
	const child = spawn(process.execPath, script('main.ts'), { env, stdio: ['ignore', 'pipe', 'inherit'] });
	sandbox = child;
	let output = '';
	for await (const chunk of child.stdout) {
		output += String(chunk);
		if (output.includes('People')) break;
	}
	bridge = new URL(/Auth Bridge +(\S+)/.exec(output)?.[1] ?? '');
	control = new URL(/Control +(\S+)/.exec(output)?.[1] ?? '');
}, 60_000);

afterAll(async () => {
	sandbox.kill('SIGKILL');
	if (sandbox.exitCode === null && sandbox.signalCode === null) await once(sandbox, 'exit');
});

async function presentation() {
	const response = await fetch(new URL('/presentations', control), { method: 'POST', body: '{}' });
	return (await parsed(response, v.object({ link: v.string() }))).link;
}

async function wallet(...options: string[]) {
	const env = { ...process.env, SANDBOX_BRIDGE_PORT: bridge.port, SANDBOX_CONTROL_PORT: control.port };
	const done = run(process.execPath, [...script('wallet', 'main.ts'), ...options], { env });
	return done.catch((error: unknown) => error as { stdout: string; stderr: string });
}

test('the command-line wallet shares a credential with the command-line sandbox', { timeout: 60_000 }, async () => {
	expect((await wallet(await presentation())).stdout).toMatch(/asks for .*eduid[^]*Shared: 200/);
});

test('the command-line wallet shares the credential of another person, or declines', { timeout: 60_000 }, async () => {
	expect((await wallet(await presentation(), '--person', 'unknown-student')).stdout).toContain('Shared: 200');
	expect((await wallet(await presentation(), '--decline')).stdout).toContain('Declined: 200');
});

test(
	'the command-line wallet reports an unknown person, a wrong link and a missing link',
	{ timeout: 60_000 },
	async () => {
		expect((await wallet(await presentation(), '--person', 'nobody')).stderr).toContain('choose one of known-student');
		expect((await wallet('openid4vp://?nothing')).stderr).toContain('not the link of a wallet request');
		expect((await wallet()).stderr).toContain('Usage: npm run wallet');
	}
);
