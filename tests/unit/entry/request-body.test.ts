import type { RouteId } from '$app/types';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
	BODY_LIMIT_MS,
	bodyRule,
	collectBody,
	MAX_BODY_CHUNKS,
	MAX_LARGE_BODIES,
	MAX_LARGE_BODIES_PER_CLIENT,
	readBody
} from '../../../src/entry/request-body';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function* pieces(...sizes: number[]) {
	for (const size of sizes) yield await Promise.resolve(new Uint8Array(size).fill(size));
}

const settings = { bodyLimitBytes: 10, backends: [{ name: 'x', maxRequestBytes: 20 }] };
const pathTo = (route: RouteId) => route.replace(/^\/\([^)]*\)/, '').replaceAll(/\[[^\]]*\]/g, 'x');

test.each<[RouteId, object]>([
	['/(public)/api/wallet/sessions/[id]/dc-api', { streams: false, isLarge: true }],
	['/(member)/api/backends/[name]/[...path]', { limitBytes: 20, streams: true, isLarge: false }],
	['/(public)/api/wallet/sessions/[id]/complete', { limitBytes: 10, streams: false, isLarge: false }]
])('a larger body on the route %s has the rule %j', (route, rule) => {
	expect(bodyRule(pathTo(route), '11', settings)).toMatchObject(rule);
	expect(bodyRule(pathTo(route).replace('a', '%61'), '11', settings)).toMatchObject(rule);
});

/** Sends a byte now and then, for ever. */
async function* trickle(everyMs: number) {
	for (;;) {
		await new Promise((resolve) => setTimeout(resolve, everyMs));
		yield new Uint8Array(1);
	}
}

test('the chunks of a body are joined in order', async () => {
	expect(await collectBody(pieces(1, 2), 3)).toEqual(new Uint8Array([1, 2, 2]));
});

test('an empty body has no bytes', async () => {
	expect(await collectBody(pieces(), 3)).toEqual(new Uint8Array());
});

test('a body of exactly the limit is accepted, and one byte more is refused', async () => {
	expect(await collectBody(pieces(2, 1), 3)).toHaveLength(3);
	expect(await collectBody(pieces(2, 2), 3)).toBe('payload_too_large');
});

test('reading stops as soon as a body exceeds the limit', async () => {
	let read = 0;
	let isLeft = false;
	async function* endless() {
		try {
			for (;;) {
				read += 1;
				yield await Promise.resolve(new Uint8Array(10));
			}
		} finally {
			isLeft = true;
		}
	}
	expect(await collectBody(endless(), 25)).toBe('payload_too_large');
	await Promise.resolve();
	expect([read, isLeft]).toEqual([3, true]);
});

test.each([
	['stops', 60 * 60 * 1000],
	['trickles', 900]
])('a body that %s is refused after its time limit', async (_, everyMs) => {
	let result: unknown;
	void collectBody(trickle(everyMs), 65_536).then((collected) => (result = collected));
	await vi.advanceTimersByTimeAsync(BODY_LIMIT_MS - 1);
	expect(result).toBeUndefined();
	await vi.advanceTimersByTimeAsync(1);
	expect(result).toBe('request_timeout');
});

test('a body whose client disconnects is aborted', async () => {
	async function* broken() {
		yield await Promise.resolve(new Uint8Array(1));
		throw new Error('ECONNRESET');
	}
	expect(await collectBody(broken(), 10)).toBe('aborted');
});

test('no timer remains after a body is collected', async () => {
	await collectBody(pieces(1), 3);
	await collectBody(pieces(4), 3);
	expect(vi.getTimerCount()).toBe(0);
});

describe('many small chunks', () => {
	/** Chunks that have all arrived, in the same memory one after the other. */
	async function* arrived(count: number, reading: () => void = () => {}) {
		const memory = new Uint8Array(65_536);
		for (let n = 0; n < count; n++) {
			reading();
			memory[0] = n % 256;
			yield await Promise.resolve(memory.subarray(0, 1));
		}
	}

	test('are copied, so that they do not retain their buffers', async () => {
		vi.useRealTimers();
		const body = await collectBody(arrived(1000), 65_536);
		expect(body).toEqual(Uint8Array.from({ length: 1000 }, (_, n) => n % 256));
	});

	test('do not block the event loop', async () => {
		vi.useRealTimers();
		let turns = 0;
		let isOver = false;
		const others = () => {
			turns += 1;
			if (!isOver) setImmediate(others);
		};
		setImmediate(others);
		await collectBody(arrived(MAX_BODY_CHUNKS), 65_536);
		isOver = true;
		expect(turns).toBeGreaterThan(30);
	});

	test('are refused above a maximum number', async () => {
		vi.useRealTimers();
		let read = 0;
		expect(await collectBody(arrived(MAX_BODY_CHUNKS), 65_536)).toHaveLength(MAX_BODY_CHUNKS);
		expect(
			await collectBody(
				arrived(1_000_000, () => (read += 1)),
				65_536
			)
		).toBe('invalid_request');
		expect(read).toBe(MAX_BODY_CHUNKS + 1);
	});
});

describe('large request bodies', () => {
	const large = { limitBytes: 262_144, isLarge: true };

	const small = { limitBytes: 10, isLarge: false };
	const slowFrom = (addresses: readonly string[]) =>
		addresses.map((address) => readBody(trickle(1000), large, address));

	test('are refused if too many are being read, while small bodies are accepted', async () => {
		const slow = slowFrom(Array.from({ length: MAX_LARGE_BODIES }, (_, n) => `192.0.2.${n}`));
		expect(await readBody(pieces(1), large, '198.51.100.1')).toBe('busy');
		expect(await readBody(pieces(1), small, '198.51.100.1')).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(BODY_LIMIT_MS);
		expect(new Set(await Promise.all(slow))).toEqual(new Set(['request_timeout']));
		expect(await readBody(pieces(1), large, '198.51.100.1')).toHaveLength(1);
	});

	test('from one client leave capacity for other clients', async () => {
		const slow = slowFrom(Array.from({ length: MAX_LARGE_BODIES_PER_CLIENT }, (_, n) => `2001:db8::${n}`));
		expect(await readBody(pieces(1), large, '2001:db8::ffff')).toBe('busy');
		expect(await readBody(pieces(1), large, '2001:db8:0:1::1')).toHaveLength(1);
		await vi.advanceTimersByTimeAsync(BODY_LIMIT_MS);
		await Promise.all(slow);
		expect(await readBody(pieces(1), large, '2001:db8::ffff')).toHaveLength(1);
	});
});
