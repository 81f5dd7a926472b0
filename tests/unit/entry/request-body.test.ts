import type { RouteId } from '$app/types';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
	BODY_LIMIT_MS,
	bodyRule,
	MAX_BODY_CHUNKS,
	MAX_HELD_BYTES,
	MAX_HELD_BYTES_PER_CLIENT,
	readBody
} from '../../../src/entry/request-body';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function* pieces(...sizes: number[]) {
	for (const size of sizes) yield await Promise.resolve(new Uint8Array(size).fill(size));
}

/** The limit of most bodies, in bytes. */
const LIMIT = 65_536;
const settings = { bodyLimitBytes: 10, backends: [{ name: 'x', maxRequestBytes: 20 }] };
const pathTo = (route: RouteId) => route.replace(/^\/\([^)]*\)/, '').replaceAll(/\[[^\]]*\]/g, 'x');

test.each<[RouteId, object]>([
	['/(public)/api/wallet/sessions/[id]/dc-api', { limitBytes: 262_144, streams: false }],
	['/(member)/api/backends/[name]/[...path]', { limitBytes: 20, streams: true }],
	['/(public)/api/wallet/sessions/[id]/complete', { limitBytes: 10, streams: false }]
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
	expect(await readBody(pieces(1, 2), 3, '192.0.2.1')).toEqual(new Uint8Array([1, 2, 2]));
});

test('an empty body has no bytes', async () => {
	expect(await readBody(pieces(), 3, '192.0.2.1')).toEqual(new Uint8Array());
});

test('a body of exactly the limit is accepted, and one byte more is refused', async () => {
	expect(await readBody(pieces(2, 1), 3, '192.0.2.1')).toHaveLength(3);
	expect(await readBody(pieces(2, 2), 3, '192.0.2.1')).toBe('payload_too_large');
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
	expect(await readBody(endless(), 25, '192.0.2.1')).toBe('payload_too_large');
	await Promise.resolve();
	expect([read, isLeft]).toEqual([3, true]);
});

test.each([
	['stops', 60 * 60 * 1000],
	['trickles', 900]
])('a body that %s is refused after its time limit', async (_, everyMs) => {
	let result: unknown;
	void readBody(trickle(everyMs), LIMIT, '192.0.2.1').then((collected) => (result = collected));
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
	expect(await readBody(broken(), 10, '192.0.2.1')).toBe('aborted');
});

test('no timer remains after a body is collected', async () => {
	await readBody(pieces(1), 3, '192.0.2.1');
	await readBody(pieces(4), 3, '192.0.2.1');
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
		const body = await readBody(arrived(1000), LIMIT, '192.0.2.1');
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
		await readBody(arrived(MAX_BODY_CHUNKS), LIMIT, '192.0.2.1');
		isOver = true;
		expect(turns).toBeGreaterThan(30);
	});

	test('are refused above a maximum number', async () => {
		vi.useRealTimers();
		let read = 0;
		expect(await readBody(arrived(MAX_BODY_CHUNKS), LIMIT, '192.0.2.1')).toHaveLength(MAX_BODY_CHUNKS);
		expect(
			await readBody(
				arrived(1_000_000, () => (read += 1)),
				LIMIT,
				'192.0.2.1'
			)
		).toBe('invalid_request');
		expect(read).toBe(MAX_BODY_CHUNKS + 1);
	});
});

describe('the memory of bodies that are being received', () => {
	/** Sends all but the last byte of a body, and stalls. */
	async function* stalled(bytes: number) {
		yield new Uint8Array(bytes - 1);
		await new Promise(() => {});
	}
	const oneKilobyte = (address: string) => readBody(pieces(200, 200, 200, 200, 200), LIMIT, address);
	const full = (address: string) => readBody(pieces(...Array<number>(100).fill(250)), LIMIT, address);
	const stalledFrom = (addresses: readonly string[]) =>
		addresses.map((address) => readBody(stalled(LIMIT), LIMIT, address));
	const untilRead = () => vi.advanceTimersByTimeAsync(0);

	test('is limited, while bodies of a kilobyte are still accepted', async () => {
		const addresses = Array.from({ length: MAX_HELD_BYTES / LIMIT }, (_, n) => `192.0.${n % 200}.${n}`);
		const slow = stalledFrom(addresses);
		await untilRead();
		expect(await full('198.51.100.1')).toBe('busy');
		expect(await oneKilobyte('198.51.100.1')).toHaveLength(1000);
		await vi.advanceTimersByTimeAsync(BODY_LIMIT_MS);
		expect(new Set(await Promise.all(slow))).toEqual(new Set(['request_timeout']));
		expect(await full('198.51.100.1')).toHaveLength(25_000);
	});

	test('is limited for each client network', async () => {
		const count = MAX_HELD_BYTES_PER_CLIENT / LIMIT;
		const slow = stalledFrom(Array.from({ length: count }, (_, n) => `2001:db8::${n}`));
		await untilRead();
		expect(await full('2001:db8::ffff')).toBe('busy');
		expect(await full('2001:db8:0:1::1')).toHaveLength(25_000);
		await vi.advanceTimersByTimeAsync(BODY_LIMIT_MS);
		await Promise.all(slow);
		expect(await full('2001:db8::ffff')).toHaveLength(25_000);
	});

	test('is free again after each body, also one that is refused or breaks off', async () => {
		async function* broken() {
			yield await Promise.resolve(new Uint8Array(5000));
			throw new Error('reset');
		}
		for (let n = 0; n < 2 * (MAX_HELD_BYTES_PER_CLIENT / LIMIT); n++) {
			expect(await readBody(pieces(250, 65_500), LIMIT, '192.0.2.1')).toBe('payload_too_large');
			expect(await readBody(broken(), LIMIT, '192.0.2.1')).toBe('aborted');
			expect(await readBody(pieces(65_000), LIMIT, '192.0.2.1')).toHaveLength(65_000);
		}
	});
});
