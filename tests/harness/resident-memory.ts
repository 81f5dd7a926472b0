import { fileOf, processTree } from './process-tree.ts';

/**
 * The resident memory of a process and its children, in bytes; on Linux only. Memory mapped from files is nearly all the
 * runtime's own program. It is in memory once, however many processes run it, so only the largest share counts.
 */
export function residentBytes(pid: number): number {
	const shares = processTree(pid).map(sharesOf);
	const files = Math.max(...shares.map(({ file }) => file));
	return shares.reduce((sum, { own }) => sum + own, files);
}

function sharesOf(pid: number) {
	const status = fileOf(pid, 'status');
	const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
	return { own: bytes('RssAnon') + bytes('RssShmem'), file: bytes('RssFile') };
}
