/**
 * `npm run test:robustness`: Schemathesis fuzzes the build of RUNTIME (node, where none is named) from its own description
 * of the API, with a fixed seed and a bounded time. It is a Python program: where Python or its package can't be had, says so.
 *   ROBUSTNESS_SECONDS=60   how long each of the two runs may take
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './runtime.mjs';

const VERSION = '4.32.5';
const venv = join(root, 'node_modules', '.cache', 'schemathesis');
const schemathesis = join(venv, 'bin', 'schemathesis');

const why = missing();
if (why) {
	console.log(`Skipped: the API is not fuzzed, for ${why}.`);
} else {
	const { status } = run(process.execPath, ['tests/tasks/run-ts.mjs', 'tests/robustness/main.ts'], 'inherit');
	process.exitCode = status ?? 1;
}

/** What is missing, in words; null for nothing. */
function missing() {
	if (existsSync(schemathesis)) return null;
	const supported = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
	if (run('python3', ['-c', supported]).status !== 0) return 'there is no Python 3.10 or later with venv';
	if (run('python3', ['-m', 'venv', venv]).status !== 0) return 'Python could not make a virtual environment';
	const pip = [join(venv, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${VERSION}`]];
	return run(...pip).status === 0 ? null : `the package schemathesis ${VERSION} could not be installed`;
}

function run(program, args, stdio = 'ignore') {
	return spawnSync(program, args, { cwd: root, stdio, env: { ...process.env, SCHEMATHESIS: schemathesis } });
}
