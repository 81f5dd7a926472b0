import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bodyOf } from '$lib/server/backends/proxy';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Sends pieces of so many bytes, one every so many milliseconds. */
function upload(bytes: number, everyMs: number, pieces: number): Request {
	let sent = 0;
	const body = new ReadableStream({
		pull: async (controller) => {
			await new Promise((resolve) => setTimeout(resolve, everyMs));
			controller.enqueue(new Uint8Array(bytes));
			if (++sent === pieces) controller.close();
		}
	});
	return new Request('http://localhost/', { method: 'POST', body, duplex: 'half' } as RequestInit);
}

async function received(request: Request): Promise<number | string> {
	let bytes = 0;
	try {
		const body = await bodyOf(request, Infinity);
		for await (const piece of body?.chunks ?? []) bytes += piece.byteLength;
		return bytes;
	} catch (error) {
		return (error as { code?: string }).code ?? String(error);
	}
}

async function after(ms: number, result: Promise<number | string>) {
	let settled: number | string = 'under way';
	void result.then((value) => (settled = value));
	await vi.advanceTimersByTimeAsync(ms);
	return settled;
}

test('an upload that makes progress has no time limit', async () => {
	expect(await after(700_000, received(upload(16_384, 20_000, 30)))).toBe(30 * 16_384);
});

test('an upload that stalls times out', async () => {
	const result = received(upload(16_384, 40_000, 3));
	expect(await after(29_000, result)).toBe('under way');
	expect(await after(2000, result)).toBe('request_timeout');
});

test('an upload that sends a byte now and then times out too', async () => {
	expect(await after(60_000, received(upload(1, 1000, 10_000)))).toBe('request_timeout');
});
