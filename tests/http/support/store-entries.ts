import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createClient } from '@redis/client';
import type { Environment } from '../../harness/portal-process.ts';
import { denoBinary } from '../../tasks/runtime.mjs';

const HOUR_MS = 3_600_000;

/** The text at a key of the shared store of a portal with this environment. */
export async function readEntry(env: Environment, key: string): Promise<string | null> {
	if (env.REDIS_URL !== undefined) return withRedis(env.REDIS_URL, (redis) => redis.get(`portal:${key}`));
	return inDenoKv(env, `(await kv.get(${keyOf(key)})).value?.text ?? null`);
}

/** Writes a text at a key of the shared store of a portal with this environment, for an hour. */
export async function writeEntry(env: Environment, key: string, text: string): Promise<void> {
	if (env.REDIS_URL !== undefined)
		await withRedis(env.REDIS_URL, (redis) => redis.set(`portal:${key}`, text, { PX: HOUR_MS }));
	else await inDenoKv(env, `await kv.set(${keyOf(key)}, ${JSON.stringify({ text, untilMs: Date.now() + HOUR_MS })})`);
}

async function withRedis<Result>(url: string, use: (redis: ReturnType<typeof createClient>) => Promise<Result>) {
	const redis = createClient({ url });
	await redis.connect();
	try {
		return await use(redis as ReturnType<typeof createClient>);
	} finally {
		redis.destroy();
	}
}

const keyOf = (key: string) => JSON.stringify(['portal', key]);

/** @param expression of the variable `kv`, as JavaScript */
async function inDenoKv({ DENO_KV = '' }: Environment, expression: string): Promise<string | null> {
	const program = `const kv = await Deno.openKv(${JSON.stringify(DENO_KV)}); console.log(JSON.stringify(${expression}));`;
	const { stdout } = await promisify(execFile)(denoBinary(), ['eval', '--unstable-kv', program]);
	return JSON.parse(stdout) as string | null;
}
