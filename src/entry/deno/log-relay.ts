import { createLogBuffer, type LogBuffer, type LogBuffers } from '../log-buffer';

/** A line that is longer is passed on in parts. */
const MAX_LINE = 64 * 1024;

/**
 * The launcher's buffers. Deno's `console` waits for the reader of a pipe, and throws when a disk is full: the portal itself
 * therefore writes to the launcher, which always reads (`relayLines`).
 */
export function denoLogBuffers(): LogBuffers {
	return { output: createLogBuffer(writerOf(Deno.stdout)), error: createLogBuffer(writerOf(Deno.stderr)) };
}

function writerOf(stream: Deno.Writer): (text: string) => Promise<void> {
	return async (text) => {
		for (let bytes = new TextEncoder().encode(text); bytes.length > 0;) {
			bytes = bytes.subarray(await stream.write(bytes));
		}
	};
}

/** Begins the last line of a process that is about to exit, before the exit code: End of Transmission. */
const LAST_LINE = '\u0004';

/** Tells the launcher that nothing is left to do: it does not wait for ever for the process to exit. */
export function writeLastLine(code: number): void {
	try {
		Deno.stdout.writeSync(new TextEncoder().encode(`${LAST_LINE}${code}\n`));
	} catch {
		// The launcher has ended before.
	}
}

/**
 * Passes on what a process writes, line by line, until it ends.
 * @param onLastLine gets the exit code that the process is about to exit with
 */
export async function relayLines(
	source: ReadableStream<Uint8Array<ArrayBuffer>>,
	target: Pick<LogBuffer, 'push'>,
	onLastLine: (code: number) => void = () => {}
): Promise<void> {
	let rest = '';
	for await (const text of source.pipeThrough(new TextDecoderStream())) {
		const lines = (rest + text).split(/(?<=\n)/);
		rest = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '');
		for (const line of lines) {
			if (line.startsWith(LAST_LINE)) onLastLine(Number(line.slice(LAST_LINE.length)));
			else target.push(line);
		}
		if (rest.length > MAX_LINE) {
			target.push(rest);
			rest = '';
		}
	}
	if (rest !== '') target.push(rest);
}
