import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of memory that a process and its children hold now (`VmRSS`); Linux alone tells. */
export function residentBytes(pid: number): number {
	const children = childrenByParent();
	const tree = [pid];
	for (const one of tree) tree.push(...(children.get(one) ?? []));
	return tree.reduce((sum, one) => sum + ownBytes(one), 0);
}

function ownBytes(pid: number): number {
	const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(statusOf(pid)) ?? [];
	return Number(kilobytes) * 1024;
}

function childrenByParent(): Map<number, number[]> {
	const found = new Map<number, number[]>();
	for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		const [, parent] = /^PPid:\s+(\d+)/m.exec(statusOf(Number(name))) ?? [];
		if (parent !== undefined) found.set(Number(parent), [...(found.get(Number(parent)) ?? []), Number(name)]);
	}
	return found;
}

/** Empty for a process that has ended since. */
function statusOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/status`, 'utf8');
	} catch {
		return '';
	}
}
