/** Programs beside Node that tests start, and the Debian packages they are in. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { hasJava } from './keycloak-distribution.mjs';

/**
 * @typedef {object} SystemProgram
 * @property {string} program
 * @property {string} debian
 * @property {string[]} [args] with which it succeeds
 * @property {() => boolean} [isNeeded] always by default
 * @property {string} [step] the only step that needs it
 * @property {boolean} [isOptional] something else can do its work, and takes longer
 */

/** @type {readonly SystemProgram[]} */
const PROGRAMS = [
	{ program: 'openssl', debian: 'openssl', args: ['version'] },
	{ program: 'redis-server', debian: 'redis-server' },
	{ program: 'nginx', debian: 'nginx-light', args: ['-v'] },
	{ program: 'bwrap', debian: 'bubblewrap' },
	{ program: 'setpriv', debian: 'util-linux' },
	{ program: 'python3', debian: 'python3-venv', args: ['-c', 'import venv, ensurepip'] },
	// Keycloak comes from a Maven repository, and runs where there is Java.
	{ program: 'mvn', debian: 'maven', isNeeded: hasJava },
	{ program: 'chromium-headless-shell', debian: 'chromium-headless-shell', isOptional: true },
	{ program: 'firefox-esr', debian: 'firefox-esr', step: 'browsers' },
	{ program: 'WebKitWebDriver', debian: 'webkit2gtk-driver', args: ['--help'], step: 'browsers' },
	{ program: 'Xvfb', debian: 'xvfb', args: ['-help'], step: 'browsers' },
	{ program: 'caddy', debian: 'caddy', args: ['version'], step: 'hosting' },
	{ program: 'haproxy', debian: 'haproxy', args: ['-v'], step: 'hosting' },
	{ program: 'promtool', debian: 'prometheus', step: 'hosting' },
	{ program: 'systemd-analyze', debian: 'systemd', step: 'hosting' }
];

/**
 * @param {readonly string[]} steps of this run
 * @returns {SystemProgram[]} those that this machine lacks and that nothing can stand in for
 */
export const missingPrograms = (steps) => missing(steps).filter(({ isOptional }) => !isOptional);

/** @param {readonly string[]} steps */
function missing(steps) {
	return PROGRAMS.filter(
		({ program, args = ['--version'], isNeeded = () => true, step }) =>
			isNeeded() &&
			(step === undefined || steps.includes(step)) &&
			spawnSync(program, args, { stdio: 'ignore' }).status !== 0
	);
}

/** @param {SystemProgram[]} programs */
export const installCommand = (programs) => `apt-get install ${programs.map(({ debian }) => debian).join(' ')}`;

/**
 * Installs what is missing.
 * @param {readonly string[]} steps of this run
 * @throws {Error} lists the packages that are still missing
 */
export function ensureSystemPackages(steps) {
	const wanted = missing(steps);
	if (wanted.length === 0) return;
	if (process.getuid?.() === 0) install(wanted.map(({ debian }) => debian));
	const left = missingPrograms(steps);
	if (left.length === 0) return;
	const names = left.map(({ program, debian }) => `${program} (Debian package ${debian})`).join(', ');
	throw new Error(`Missing: ${names}. Install them as root: ${installCommand(left)}`);
}

/** @param {string[]} packages */
function install(packages) {
	console.log(`Installing ${packages.join(', ')} …`);
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	/** @param {string[]} args */
	const apt = (...args) => spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
	apt('update', '-qq');
	apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
}
