import { readdirSync, readFileSync } from 'node:fs';

/**
 * The resident memory of a process and its children, in bytes; on Linux only. Memory mapped from files is nearly all the
 * runtime's own program. It is in memory once, however many processes run it, so only the largest share counts.
 */
export function residentBytes(pid: number): number {
	const children = childrenByParent();
	const tree = [pid];
	for (const one of tree) tree.push(...(children.get(one) ?? []));
	const shares = tree.map(sharesOf);
	const files = Math.max(...shares.map(({ file }) => file));
	return shares.reduce((sum, { own }) => sum + own, files);
}

function sharesOf(pid: number) {
	const status = statusOf(pid);
	const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
	return { own: bytes('RssAnon') + bytes('RssShmem'), file: bytes('RssFile') };
}

function childrenByParent(): Map<number, number[]> {
	const found = new Map<number, number[]>();
	for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
		const [, parent] = /^PPid:\s+(\d+)/m.exec(statusOf(Number(name))) ?? [];
		if (parent !== undefined) found.set(Number(parent), [...(found.get(Number(parent)) ?? []), Number(name)]);
	}
	return found;
}

/** Empty if the process has ended. */
function statusOf(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/status`, 'utf8');
	} catch {
		return '';
	}
}
