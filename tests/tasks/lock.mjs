import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/**
 * Waits until no other process has the lock, and takes it. The lock of a process that has ended is void.
 * @param {string} file names the process that has the lock
 * @param {() => void} onWait called once, where there is something to wait for
 * @returns {Promise<() => void>} gives the lock back
 */
export async function takeLock(file, onWait) {
	for (let tries = 0; !tryLock(file); tries++) {
		if (tries === 0) onWait();
		await sleep(POLL_MS);
	}
	return () => rmSync(file, { force: true });
}

/** @param {string} file */
function tryLock(file) {
	try {
		writeFileSync(file, String(process.pid), { flag: 'wx' });
		return true;
	} catch (error) {
		if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
	}
	if (!isRunning(ownerOf(file))) rmSync(file, { force: true });
	return false;
}

/** 0 while the owner has not written its id yet. @param {string} file */
function ownerOf(file) {
	try {
		return Number(readFileSync(file, 'utf8'));
	} catch {
		return 0;
	}
}

/** @param {number} pid */
function isRunning(pid) {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
	}
}
