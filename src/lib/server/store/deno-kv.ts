import * as v from 'valibot';
import { sleep, unixMs, wholeMs, withinLimit } from '../clock';
import type { Store } from './store';

const BUSY = /database is locked|busy/i;
const MAX_TRIES = 8;
const POLL_MS = 40;
/** A call that takes longer counts as failed, because requests wait for it. */
const CALL_LIMIT_MS = 1000;
const VERIFY_LIFE_MS = 10_000;

/** The part of `Deno.openKv()` that is used here. The runtime's own types are not loaded on Node. */
interface Kv {
	get(key: readonly string[]): Promise<{ readonly value: unknown; readonly versionstamp: string | null }>;
	atomic(): KvChange;
	close(): void;
}

interface KvChange {
	check(expected: { readonly key: readonly string[]; readonly versionstamp: string | null }): KvChange;
	set(key: readonly string[], value: unknown, options: { readonly expireIn: number }): KvChange;
	commit(): Promise<{ readonly ok: boolean }>;
}

const CacheEntry = v.object({ text: v.string(), untilMs: v.number() });
const keyOf = (key: string) => ['portal', key];

/**
 * A store in Deno KV. Its expiry may be a minute late, so each value contains its own expiry time. Watching does not work
 * across processes, so waiting is a pause with jitter. Calls to a busy file are retried.
 * @param path a file for several processes of one machine; absent on Deno Deploy
 */
export async function createDenoKvStore(path: string | undefined): Promise<Store> {
	const { openKv } = (globalThis as { Deno?: { openKv?: (path?: string) => Promise<Kv> } }).Deno ?? {};
	if (!openKv) throw new Error('Deno KV is not available: start Deno with --unstable-kv');
	const kv = await openKv(path);

	/** Used by this process alone: the text of another process would look like a loss of data. */
	const verifyKey = `verify:${crypto.randomUUID()}`;

	async function find(key: string) {
		const { value, versionstamp } = await withRetries(() => kv.get(keyOf(key)));
		const parsed = v.safeParse(CacheEntry, value);
		const text = parsed.success && parsed.output.untilMs > unixMs() ? parsed.output.text : null;
		return { text, versionstamp };
	}

	function put(change: KvChange, key: string, text: string, lifeMs: number) {
		return change.set(keyOf(key), { text, untilMs: unixMs() + lifeMs }, { expireIn: wholeMs(lifeMs) }).commit();
	}

	return {
		async read(key) {
			const { text, versionstamp } = await find(key);
			return text === null || versionstamp === null ? null : { text, mark: versionstamp };
		},

		async replace(key, expected, text, lifeMs) {
			const found = await find(key);
			const isExpected = expected ? found.versionstamp === expected.mark : found.text === null;
			if (!isExpected) return false;
			const check = { key: keyOf(key), versionstamp: found.versionstamp };
			return (await withRetries(() => put(kv.atomic().check(check), key, text, lifeMs))).ok;
		},

		async write(key, text, lifeMs) {
			await withRetries(() => put(kv.atomic(), key, text, lifeMs));
		},

		// Deno KV has no clock that can be read. Expiry times are by the clocks of the machines that wrote them.
		remainingMs: () => Promise.resolve(null),

		changed: (_key, maxMs) => sleep(Math.min(maxMs, POLL_MS * (0.5 + Math.random()))),

		// The data is on disk or in a replicated database, so accepted writes are not lost.
		async verify() {
			const text = crypto.randomUUID();
			await withRetries(() => put(kv.atomic(), verifyKey, text, VERIFY_LIFE_MS));
			if ((await find(verifyKey)).text !== text) throw new Error('Deno KV does not return what was written');
			return true;
		},

		close() {
			kv.close();
			return Promise.resolve();
		}
	};
}

async function withRetries<Result>(work: () => Promise<Result>): Promise<Result> {
	for (let tries = 1; ; tries++) {
		try {
			return await withinLimit(work(), CALL_LIMIT_MS);
		} catch (error) {
			if (tries === MAX_TRIES || !BUSY.test(String(error))) throw error;
			await sleep(tries * 5 * (1 + Math.random()));
		}
	}
}
