import { expect, test } from 'vitest';
import { signalGroup } from '../tasks/children.mjs';
import { startNoisyPortal } from './support/noisy-portal.ts';

test('a stalled log reader neither blocks the portal nor prevents its drain', async () => {
	const { portal, pipe, writeLines, health } = await startNoisyPortal();
	// More than fits in a pipe of 64 kB.
	await writeLines(300);
	expect(await health()).toBe(200);
	expect(await portal.stop()).toBe(0);
	pipe.close();
}, 60_000);

test('signals that are repeated until the last line is written do not change the exit code', async () => {
	const { portal, pipe, writeLines } = await startNoisyPortal();
	await writeLines(300);
	const ended = portal.stop();
	// On Deno the launcher waits for the log's reader after the server has ended.
	const repeated = setInterval(() => signalGroup(portal.pid, 'SIGTERM'), 50);
	expect(await ended.finally(() => clearInterval(repeated))).toBe(0);
	pipe.close();
}, 60_000);

test('a portal whose log has no reader serves requests, and drains', async () => {
	const { portal, pipe, writeLines, health } = await startNoisyPortal();
	pipe.closeReader();
	await writeLines(30);
	expect(await health()).toBe(200);
	expect(await portal.stop()).toBe(0);
	pipe.close();
}, 60_000);
