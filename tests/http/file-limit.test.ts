import { expect, test } from 'vitest';
import { startPortal } from '../harness/portal.ts';
import { runtime } from '../harness/runtime.ts';
import { portalCommand } from '../tasks/runtime.mjs';
import { bareEnvironment } from './support/bare-environment.ts';

/** Starts the build in a shell with a lowered limit of open files; returns the warnings about it. */
async function warningsWith(files: number, connections: number): Promise<string[]> {
	const command: [string, ...string[]] = [
		'sh',
		'-c',
		`ulimit -n ${files} && exec "$@"`,
		'sh',
		...portalCommand(runtime)
	];
	const env = { ...bareEnvironment, CONNECTIONS: String(connections), SHUTDOWN_DELAY_SECONDS: '0' };
	const portal = await startPortal({ runtime, env, command });
	await portal.stop();
	return portal
		.logs()
		.split('\n')
		.filter((line) => line.includes('ulimit -n'));
}

test('a limit of open files below CONNECTIONS is warned of once at start-up, with both numbers', async () => {
	const warnings = await warningsWith(1024, 30_000);
	expect(warnings).toEqual([expect.stringContaining('"WARN"')]);
	expect(JSON.parse(warnings[0] ?? '')).toMatchObject({ properties: { limit: 1024, connections: 30_000 } });
});

test('a limit that is high enough is not', async () => {
	expect(await warningsWith(1024, 1000)).toEqual([]);
});
