import { randomInt } from 'node:crypto';
import { mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Below the ephemeral ports, which systems assign for `listen(0)` and outgoing connections: another process may have taken
 * such a port before the caller listens on it.
 */
const LOWEST = 10_000;
const HIGHEST = 32_000;

/** An empty file for each port that a test of any process got, named by the port. */
const RESERVATIONS = join(tmpdir(), 'portal-test-ports');
/** Longer than a program takes until it listens. After that, `isFree` knows. */
const RESERVED_MS = 2 * 60_000;

/**
 * A port of 127.0.0.1 on which nothing listens at this moment, and which nobody else gets for two minutes. Otherwise two tests that run side
 * by side could get the same one, and one of them would talk to the other's portal.
 */
export async function freePort(): Promise<number> {
	for (;;) {
		const port = randomInt(LOWEST, HIGHEST);
		if ((await isFree(port)) && reserve(port)) return port;
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(false));
		probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
	});
}

function reserve(port: number): boolean {
	const file = join(RESERVATIONS, String(port));
	mkdirSync(RESERVATIONS, { recursive: true });
	try {
		writeFileSync(file, '', { flag: 'wx' });
	} catch {
		if (Date.now() - statSync(file).mtimeMs < RESERVED_MS) return false;
		utimesSync(file, new Date(), new Date());
	}
	return true;
}
