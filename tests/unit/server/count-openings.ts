import { vi } from 'vitest';
import { builtin } from '$lib/server/runtime';

/** How often something sealed has been opened since the last reset, whether or not that succeeded. */
interface CountedOpenings {
	openings(): number;
	reset(): void;
}

/** Counts each AES-GCM decryption of this test file. */
export function countOpenings(): CountedOpenings {
	const opened = vi.spyOn(builtin.crypto(), 'createDecipheriv');
	return { openings: () => opened.mock.calls.length, reset: () => void opened.mockClear() };
}
