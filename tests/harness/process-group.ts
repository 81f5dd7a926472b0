import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const END_LIMIT_MS = 60_000;

/**
 * Resolves when no process of a group is left; reads Linux's /proc.
 * @throws if some are left after a minute
 */
export async function untilGroupEnds(group: number): Promise<void> {
	const deadlineMs = performance.now() + END_LIMIT_MS;
	for (let left = membersOf(group); left.length > 0; left = membersOf(group)) {
		if (performance.now() > deadlineMs) throw new Error(`Processes ${left.join(', ')} are left`);
		await pause(20);
	}
}

/** Ids of the running processes of a group. A process that has ended but is not yet reaped (Z) does not count. */
export function membersOf(group: number): number[] {
	const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	return ids.map(Number).filter((id) => {
		// proc_pid_stat(5): the program's name, in parentheses, may contain anything; then state, parent and group.
		const [state, , ownGroup] = statusOf(id)
			.replace(/^.*\) /s, '')
			.split(' ');
		return Number(ownGroup) === group && state !== 'Z';
	});
}

/** Empty if the process has ended. */
function statusOf(id: number): string {
	try {
		return readFileSync(`/proc/${id}/stat`, 'utf8');
	} catch {
		return '';
	}
}
