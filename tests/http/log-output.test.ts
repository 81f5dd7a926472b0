import { expect, test } from 'vitest';
import { startNoisyPortal } from './support/noisy-portal.ts';

test('a reader of the log that stalls neither stops the portal nor keeps it from draining', async () => {
	const { portal, pipe, writeLines, health } = await startNoisyPortal();
	// More than fits in a pipe of 64 kB.
	await writeLines(300);
	expect(await health()).toBe(200);
	expect(await portal.stop()).toBe(0);
	pipe.close();
}, 60_000);

test('a portal whose log nobody reads any more serves on, and drains', async () => {
	const { portal, pipe, writeLines, health } = await startNoisyPortal();
	pipe.closeReader();
	await writeLines(30);
	expect(await health()).toBe(200);
	expect(await portal.stop()).toBe(0);
	pipe.close();
}, 60_000);
