/** Processes that end with the process that started them, however that one ends. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Reads what is started and what has ended; at the end of its input it kills what is left. */
const REAPER = fileURLToPath(new URL('./reaper.sh', import.meta.url));

/** @type {import('node:child_process').ChildProcess | undefined} */
let reaper;
/** Process groups that are running. */
const groups = new Set();

/**
 * Starts a program in a process group of its own. The whole group is killed when this process ends, also by SIGKILL.
 * @param {readonly string[]} command program and arguments
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {import('node:child_process').ChildProcess}
 */
export function startTied([program = '', ...args], options = {}) {
	return tie(spawn(program, args, { ...options, detached: true }));
}

/**
 * The same for a child that something else has started in a process group of its own.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {import('node:child_process').ChildProcess}
 */
export function tie(child) {
	const { pid } = child;
	// It could not be started; the child's `error` event says why.
	if (pid === undefined) return child;
	groups.add(pid);
	report(`+ ${pid}`);
	child.once('exit', () => {
		// A launcher may have left children behind; they stay on the list.
		if (signalGroup(pid, 0)) return;
		groups.delete(pid);
		report(`- ${pid}`);
	});
	return child;
}

/**
 * Sends a signal to a process group; 0 sends none.
 * @param {number} group the id of its first process
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} false when no process of the group is left
 */
export function signalGroup(group, signal) {
	try {
		return process.kill(-group, signal);
	} catch {
		return false;
	}
}

/** Kills everything that this process started and that is still running. */
export function killChildren() {
	for (const group of groups) signalGroup(group, 'SIGKILL');
}

/** @param {string} line */
function report(line) {
	reaper ??= startReaper();
	reaper.stdin?.write(`${line}\n`);
}

function startReaper() {
	// Its input is a pipe that the system closes when this process ends. In a session of its own, so that it outlives a Ctrl-C.
	const started = spawn('/bin/sh', [REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
	started.unref();
	/** @type {import('node:net').Socket} */ (started.stdin).unref();
	return started;
}
