import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { takeLock } from '../../tasks/lock.mjs';

let folder: string;
let file: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'lock-'));
	file = join(folder, '.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock is held by one caller at a time, and passes to the next one that waits', async () => {
	const order: string[] = [];
	const first = await takeLock(file, () => expect.unreachable());
	const waits = vi.fn();
	const second = takeLock(file, waits).then((release) => {
		order.push('second');
		release();
	});
	await vi.waitFor(() => expect(waits).toHaveBeenCalledOnce());
	order.push('first');
	first();
	await second;
	expect(order).toEqual(['first', 'second']);
	expect(existsSync(file)).toBe(false);
});

test('the lock of a process that has ended is ignored', async () => {
	const { pid } = spawnSync(process.execPath, ['--version']);
	writeFileSync(file, String(pid));
	const release = await takeLock(file, () => {});
	release();
	expect(existsSync(file)).toBe(false);
});
