import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

const program = fileURLToPath(new URL('./http-load.mjs', import.meta.url));
const Output = v.pipe(
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
	/** Complete requests as sent over the network. Each has its own connection, over which it is sent repeatedly. */
	readonly requests: readonly string[];
	readonly seconds?: number;
	/** Seconds of load before `seconds` begin; their requests are not counted. */
	readonly rampUpSeconds?: number;
	readonly total?: number;
}

/** The result of a load: responses per second, and the response time that 99 % do not exceed. */
export interface LoadResult {
	readonly perSecond: number;
	readonly p99Ms: number;
}

/**
 * Loads a server from a separate process.
 * @throws if any response has another status than 200
 */
export async function load(task: Load): Promise<LoadResult> {
	const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
	child.stdin.end(JSON.stringify(task));
	const { count, failures, tookMs, p99Ms } = v.parse(Output, await text(child.stdout));
	if (failures > 0)
		throw new Error(`${failures} of ${count} responses on port ${task.port} had another status than 200.`);
	return { perSecond: (count * 1000) / tookMs, p99Ms };
}

/** A GET request as sent over the network. */
export function get(path: string, headers: Readonly<Record<string, string>> = {}): string {
	const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
	return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
