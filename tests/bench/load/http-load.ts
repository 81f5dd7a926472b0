import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const program = fileURLToPath(new URL('./http-load.mjs', import.meta.url));
const Seen = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		count: v.number(),
		failures: v.number(),
		tookMs: v.number(),
		medianMs: v.number(),
		p99Ms: v.number()
	})
);

export interface Load {
	readonly port: number;
	/** One connection for each, which is asked this again and again: whole requests as they go over the wire. */
	readonly requests: readonly string[];
	readonly seconds?: number;
	/** Comes before these seconds, and is not counted. */
	readonly rampUpSeconds?: number;
	readonly total?: number;
}

/** What a load saw: responses per second, and the slowest of all but one in a hundred. */
export interface Seen {
	readonly perSecond: number;
	readonly p99Ms: number;
}

/**
 * Loads a server from a process of its own.
 * @throws when a response is anything but a 200
 */
export async function load(task: Load): Promise<Seen> {
	const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.end(JSON.stringify(task));
	const { count, failures, tookMs, p99Ms } = v.parse(Seen, await text(child.stdout));
	if (failures > 0) throw new Error(`${failures} of ${count} responses on port ${task.port} were no 200.`);
	return { perSecond: (count * 1000) / tookMs, p99Ms };
}

/** A GET as it goes over the wire. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}): string {
	const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
	return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
