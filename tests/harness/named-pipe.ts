import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pipe that nobody reads until the test does. */
export interface NamedPipe {
	/** The descriptor that programs write to. */
	readonly writeEnd: number;
	/** Starts to read. @returns a function that returns everything read so far */
	read(): () => string;
	/** Closes the only reader. */
	closeReader(): void;
	close(): void;
}

export function openNamedPipe(): NamedPipe {
	const folder = mkdtempSync(join(tmpdir(), 'portal-pipe-'));
	const path = join(folder, 'pipe');
	execFileSync('mkfifo', [path]);
	// Without O_NONBLOCK this would wait for a writer.
	const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	const writeEnd = openSync(path, constants.O_WRONLY);
	rmSync(folder, { recursive: true });
	let isReaderOpen = true;
	const closeReader = () => {
		if (isReaderOpen) closeSync(reader);
		isReaderOpen = false;
	};
	return {
		writeEnd,
		read() {
			const chunks: Buffer[] = [];
			// The socket closes the descriptor at the end.
			isReaderOpen = false;
			new Socket({ fd: reader, readable: true, writable: false }).on('data', (chunk: Buffer) => chunks.push(chunk));
			return () => Buffer.concat(chunks).toString();
		},
		closeReader,
		close() {
			closeReader();
			closeSync(writeEnd);
		}
	};
}
