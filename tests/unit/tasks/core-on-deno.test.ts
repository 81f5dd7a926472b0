import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { browserFiles } from '../../../playwright.config';
import { applicationFiles } from '../../http/vitest.config';

test('each test file that the core leaves out on Deno exists', () => {
	const files = [...applicationFiles, ...browserFiles.map((pattern) => pattern.replace('**', 'tests/e2e'))];
	expect(files.length).toBeGreaterThan(0);
	expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
