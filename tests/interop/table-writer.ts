import { writeTable } from './results.ts';

/** Runs after all test files. */
export async function teardown(): Promise<void> {
	await writeTable();
}
