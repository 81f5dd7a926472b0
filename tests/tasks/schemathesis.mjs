/** Schemathesis, which fuzzes an API from its own description: a Python program, in an environment of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './runtime.mjs';

const VERSION = '4.32.5';
const venv = join(root, 'node_modules', '.cache', 'schemathesis');
const program = join(venv, 'bin', 'schemathesis');

/**
 * Installs it where it is missing. Where it can't be had says why: the API is not fuzzed then.
 * @returns {string | null} its program
 */
export function ensureSchemathesis() {
	const why = missing();
	if (why) console.log(`skipped: the API is not fuzzed, for ${why}`);
	return why ? null : program;
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
