import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { runtime } from '../harness/runtime.ts';
import { type Instances, startInstances } from './instances.ts';
import { actAsOne } from './shared-store.ts';
import { AUDIENCE } from './third-party.ts';

describe.skipIf(runtime !== 'deno')('two instances with Deno KV in one file', () => {
	let instances: Instances;
	let folder: string;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'portal-kv-'));
		instances = await startInstances(2, {
			runtime,
			env: { DENO_KV: join(folder, 'store.sqlite'), API_AUDIENCE: AUDIENCE }
		});
	});
	afterAll(async () => {
		await instances.stop();
		await rm(folder, { recursive: true, force: true });
	});

	actAsOne(() => instances);
});
