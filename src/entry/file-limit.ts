import { log } from '../lib/server/log';

/** Warns when a process may open fewer files than connections, each of which is a file. Nothing happens where the limit is not known. */
export function warnOfFileLimit(limit: number | null, connections: number): void {
	if (limit === null || limit >= connections) return;
	log.warn('the limit of open files (ulimit -n) is below CONNECTIONS: raise it, or lower CONNECTIONS', {
		limit,
		connections
	});
}

/**
 * The limit that a text tells: `ulimit -n` writes the number alone, Linux's `/proc/self/limits` a line of soft and hard limit.
 * @returns `Infinity` for "unlimited", null for any other text
 */
export function fileLimitIn(text: string): number | null {
	const limit = /(?:^|^Max open files\s+)(\d+|unlimited)(?:\s|$)/m.exec(text)?.[1];
	if (limit === undefined) return null;
	return limit === 'unlimited' ? Infinity : Number(limit);
}
