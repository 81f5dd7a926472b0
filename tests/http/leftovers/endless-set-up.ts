import { appendFileSync } from 'node:fs';
import { beforeAll, test } from 'vitest';
import { spawnPortal } from '../../harness/portal-process.ts';
import { isListening } from '../../harness/portal.ts';
import { freePort } from '../../harness/free-port.ts';
import { runtime } from '../../harness/runtime.ts';
import { bareEnvironment } from '../support/bare-environment.ts';

/** The set-up starts a portal and never ends; it writes the portal's process group to the file in STARTED. */
beforeAll(async () => {
	const port = await freePort();
	const address = { HOST: '127.0.0.1', PORT: String(port), AUTH_URL: `http://localhost:${port}` };
	const { child } = spawnPortal(runtime, { ...bareEnvironment, ...address });
	appendFileSync(process.env.STARTED ?? '', `${child.pid}\n`);
	while (!(await isListening(port)));
	appendFileSync(process.env.STARTED ?? '', 'listening\n');
	await new Promise(() => undefined);
});

test('never begins', () => undefined);
