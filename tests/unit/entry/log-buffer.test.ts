import { expect, test } from 'vitest';
import { forwardLines } from '../../../src/entry/deno/supervise';
import { createLogBuffer } from '../../../src/entry/log-buffer';

/** A stream whose writes the test ends one by one. */
function manualStream() {
	const writes: { readonly text: string; readonly end: (failed?: 'failed') => Promise<void> }[] = [];
	const write = (text: string) =>
		new Promise<void>((resolve, reject) => {
			writes.push({
				text,
				end: async (failed) => {
					if (failed) reject(new Error('EPIPE'));
					else resolve();
					await new Promise((settled) => setImmediate(settled));
				}
			});
		});
	return { writes, write };
}

const droppedIn = (text: string) => /"dropped":(\d+)/.exec(text)?.[1];

test('a line is written immediately, and lines that arrive during a write are written together, in order', async () => {
	const { writes, write } = manualStream();
	const buffer = createLogBuffer(write);
	for (const line of ['a\n', 'b\n', 'c\n']) buffer.push(line);
	await writes[0]?.end();
	await writes[1]?.end();
	expect(writes.map(({ text }) => text)).toEqual(['a\n', 'b\nc\n']);
	await buffer.flushed();
});

test('a line that arrives right after the end of a write is written, and awaited', async () => {
	for (let microtasks = 0; microtasks < 8; microtasks++) {
		const written: string[] = [];
		let end = () => {};
		const first = new Promise<void>((resolve) => (end = resolve));
		const buffer = createLogBuffer((text) => (written.push(text) === 1 ? first : Promise.resolve()));
		buffer.push('a\n');
		end();
		for (let n = 0; n < microtasks; n++) await Promise.resolve();
		buffer.push('b\n');
		await buffer.flushed();
		expect(written).toEqual(['a\n', 'b\n']);
	}
});

test('lines above the limit are dropped, and their number is logged once there is space again', async () => {
	const { writes, write } = manualStream();
	const buffer = createLogBuffer(write, 6);
	for (const line of ['1\n', '2\n', '3\n', '4\n', '5\n']) buffer.push(line);
	await writes[0]?.end();
	await writes[1]?.end();
	buffer.push('6\n');
	await writes[2]?.end();
	await buffer.flushed();
	expect(writes.map(({ text }) => text)).toEqual([
		'1\n',
		expect.stringMatching(/^2\n3\n\{.*"level":"WARN".*"dropped":2.*\n$/),
		'6\n'
	]);
});

test('lines whose write fails are counted, and reported after the next successful write', async () => {
	const { writes, write } = manualStream();
	const buffer = createLogBuffer(write);
	buffer.push('1\n');
	await writes[0]?.end('failed');
	buffer.push('2\n');
	buffer.push('3\n');
	await writes[1]?.end('failed');
	await writes[2]?.end();
	expect(writes.map(({ text }) => text.at(0))).toEqual(['1', '2', '3', '{']);
	expect(droppedIn(writes[3]?.text ?? '')).toBe('2');
	// The report itself is lost: its count is not.
	await writes[3]?.end('failed');
	await buffer.flushed();
	buffer.push('4\n');
	await writes[4]?.end();
	expect(droppedIn(writes[5]?.text ?? '')).toBe('2');
	await writes[5]?.end();
	await buffer.flushed();
	expect(writes).toHaveLength(6);
});

test('a process’s output is forwarded in whole lines, whatever the chunks, and a very long line in parts', async () => {
	const lines: string[] = [];
	const bytes = new TextEncoder().encode('één\nlog\nend');
	const long = new TextEncoder().encode('x'.repeat(70_000));
	const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
		start(controller) {
			for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
			controller.enqueue(long);
			controller.enqueue(long);
			controller.close();
		}
	});
	await forwardLines(source, { push: (line) => lines.push(line) });
	expect(lines.slice(0, 2)).toEqual(['één\n', 'log\n']);
	expect(lines.slice(2).map(({ length }) => length)).toEqual([70_003, 70_000]);
});
