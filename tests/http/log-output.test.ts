import { expect, test } from 'vitest';
import { startNoisyPortal } from './support/noisy-portal.ts';

test('a stalled log reader neither blocks the portal nor prevents its drain', async () => {
	const { portal, pipe, writeLines, health } = await startNoisyPortal();
	// More than fits in a pipe of 64 kB.
	await writeLines(300);
	expect(await health()).toBe(200);
	expect(await portal.stop()).toBe(0);
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
