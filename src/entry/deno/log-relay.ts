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

/** Passes on what a process writes, line by line, until it ends. */
export async function relayLines(source: ReadableStream<Uint8Array<ArrayBuffer>>, target: LogBuffer): Promise<void> {
	let rest = '';
	for await (const text of source.pipeThrough(new TextDecoderStream())) {
		const lines = (rest + text).split(/(?<=\n)/);
		rest = lines.at(-1)?.endsWith('\n') ? '' : (lines.pop() ?? '');
		for (const line of lines) target.push(line);
		if (rest.length > MAX_LINE) {
			target.push(rest);
			rest = '';
		}
	}
	if (rest !== '') target.push(rest);
}
