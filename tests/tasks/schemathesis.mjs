/** Schemathesis, which fuzzes an API from its own description: a Python program, in an environment of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './runtime.mjs';

const VERSION = '4.32.5';
const venv = join(root, 'node_modules', '.cache', 'schemathesis');
const program = join(venv, 'bin', 'schemathesis');

/**
 * Installs it where it is missing.
 * @param {{ci: boolean, skip: (line: string) => void}} choice `skip` notes why the API is not fuzzed
 * @returns {string | null} its program; null where it can't be installed
 * @throws {Error} on CI, where it can't be installed
 */
export function ensureSchemathesis({ ci, skip }) {
	const why = missing();
	if (why === null) return program;
	if (ci) throw new Error(`Schemathesis can't run: ${why}`);
	skip(`fuzzing of the API: ${why}`);
	return null;
}

/** What is missing, in words; null for nothing. */
function missing() {
	if (existsSync(program)) return null;
	const supported = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
	if (!succeeds('python3', ['-c', supported])) return 'there is no Python 3.10 or later with venv';
	if (!succeeds('python3', ['-m', 'venv', venv])) return 'Python could not make a virtual environment';
	const pip = ['install', '--quiet', `schemathesis==${VERSION}`];
	return succeeds(join(venv, 'bin', 'pip'), pip) ? null : `the package schemathesis ${VERSION} could not be installed`;
}

/** @type {(program: string, args: string[]) => boolean} */
const succeeds = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'ignore' }).status === 0;
