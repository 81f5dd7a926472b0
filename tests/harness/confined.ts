import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { portalCommand, root } from '../tasks/runtime.mjs';
import type { Runtime } from './runtime.ts';

const NOBODY = '65534';
/** Where the confined process sees the repository: a place that it may read, whoever owns the folder. */
const PLACE = '/mnt';

/** Whether this machine can confine a process as a container does. If not, prints what is missing. */
export function canConfine(): boolean {
	const isRoot = process.getuid?.() === 0;
	const hasTools = ['bwrap', 'setpriv'].every((tool) => spawnSync(tool, ['--version']).status === 0);
	if (!isRoot || !hasTools) console.log('skipped: confining a process takes root, bubblewrap and setpriv');
	return isRoot && hasTools;
}

/**
 * The start command as in a container: the rights of `nobody`, no capabilities, and a read-only file system.
 * @returns the command for a build of the portal
 */
export function confinedCommand(runtime: Runtime): [string, ...string[]] {
	const [program, ...args] = portalCommand(runtime).map((part) => part.replace(root, PLACE));
	const place = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--ro-bind', root, PLACE, '--chdir', '/'];
	const rights = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', '--inh-caps=-all'];
	return [
		'bwrap',
		'--die-with-parent',
		'--unshare-pid',
		'--unshare-ipc',
		...place,
		'setpriv',
		...rights,
		...(program === undefined ? [] : [program]),
		...args
	];
}
