import { expect, test, vi } from 'vitest';
import { startNoisyPortal } from './support/noisy-portal.ts';

/** More lines than fit in the pipe and the portal's buffer. */
const LINES = 3600;

test('a log reader that stalled gets one line with the number of dropped lines', async () => {
	const { portal, pipe, writeLines } = await startNoisyPortal();
	await writeLines(LINES);

	const written = pipe.read();
	const dropped = await vi.waitFor(
		() => {
			const reports = written().match(/(?<="dropped":)\d+/g);
			expect(reports).toHaveLength(1);
			return Number(reports?.[0]);
		},
		{ timeout: 20_000, interval: 20 }
	);
	expect(await portal.stop()).toBe(0);
	const failures = () =>
		written()
			.trimEnd()
			.split('\n')
			.map((line) => (JSON.parse(line) as { message: string }).message)
			.filter((message) => message === 'a sign-in failed').length;
	await vi.waitFor(() => expect(failures() + dropped).toBe(LINES), { timeout: 10_000, interval: 20 });
	pipe.close();
}, 90_000);
