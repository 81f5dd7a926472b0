import { expect, test, vi } from 'vitest';
import { relayLines } from '../../../src/entry/deno/log-relay';

/** What arrives of these chunks, and the exit code of a last line. */
async function relay(...chunks: readonly string[]) {
	const lines: string[] = [];
	const onLastLine = vi.fn();
	const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
		start(controller) {
			for (const text of chunks) controller.enqueue(new TextEncoder().encode(text));
			controller.close();
		}
	});
	await relayLines(stream, { push: (line) => lines.push(line) }, onLastLine);
	return { lines, codes: onLastLine.mock.calls.flat() as unknown[] };
}

test('lines are passed on whole, whatever the chunks', async () => {
	expect(await relay('{"a":', '1}\n{"b"', ':2}\n', 'rest')).toEqual({
		lines: ['{"a":1}\n', '{"b":2}\n', 'rest'],
		codes: []
	});
});

test('the last line of a process is not passed on: it names the exit code', async () => {
	expect(await relay('{"a":1}\n\u0004', '0\n')).toEqual({ lines: ['{"a":1}\n'], codes: [0] });
	expect(await relay('\u00041\n')).toEqual({ lines: [], codes: [1] });
});

test('a line that only has the character in it is a line like any other', async () => {
	expect(await relay('{"a":"\u00040"}\n')).toEqual({ lines: ['{"a":"\u00040"}\n'], codes: [] });
});
