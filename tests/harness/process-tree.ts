import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started and that are running, by their ids; on Linux only. */
export function processTree(pid: number): number[] {
	const children = childrenByParent();
	const tree = [pid];
	for (const one of tree) tree.push(...(children.get(one) ?? []));
	return tree;
}

/** Hundredths of a second: what Linux counts processor time in (`USER_HZ`). */
const TICK_MS = 10;

/** The processor time that a process and its children have used so far, in milliseconds. */
export function processorMs(pid: number): number {
	// After the name, which may contain anything, come the state and 10 other fields, then the user and the system time.
	const times = processTree(pid).map((one) =>
		fileOf(one, 'stat')
			.replace(/^.*\) /s, '')
			.split(' ')
			.slice(11, 13)
	);
	return times.flat().reduce((sum, ticks) => sum + Number(ticks) * TICK_MS, 0);
}

/** A file of a process below `/proc`; empty if the process has ended. */
export function fileOf(pid: number, name: 'status' | 'stat'): string {
	try {
		return readFileSync(`/proc/${pid}/${name}`, 'utf8');
	} catch {
		return '';
	}
}

function childrenByParent(): Map<number, number[]> {
	const found = new Map<number, number[]>();
	for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		const [, parent] = /^PPid:\s+(\d+)/m.exec(fileOf(Number(name), 'status')) ?? [];
		if (parent !== undefined) found.set(Number(parent), [...(found.get(Number(parent)) ?? []), Number(name)]);
	}
	return found;
}
