import { afterAll, beforeAll, describe } from 'vitest';
import { type Redis, servers, startRedis } from '../harness/redis.ts';
import { runtime } from '../harness/runtime.ts';
import { type Instances, startInstances } from './support/instances.ts';
import { actAsOne } from './support/shared-store.ts';
import { AUDIENCE } from './support/third-party.ts';

const program = servers.find(({ name }) => name === 'Valkey')?.program;

describe.skipIf(program === undefined)('two instances with a Valkey', () => {
	let valkey: Redis;
	let instances: Instances;

	beforeAll(async () => {
		valkey = await startRedis({ program });
		instances = await startInstances(2, { runtime, env: { REDIS_URL: valkey.url, API_AUDIENCE: AUDIENCE } });
	});
	afterAll(async () => {
		await instances.stop();
		await valkey.stop();
	});

	actAsOne(() => instances);
});
