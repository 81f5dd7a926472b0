import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StatusFollower, type FollowWorld } from '$lib/wallet/status-follower';
import type { Hear, StatusUpdate } from '$lib/wallet/status-stream';
import type { TabMessage, Tabs } from '$lib/wallet/tabs';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Stream {
	readonly sessionIds: readonly string[];
	readonly hear: Hear;
	readonly end: (how: 'ended' | 'broken') => void;
}

/** A browser: its tabs, the streams they opened, and what they asked. */
function browser() {
	const streams: Stream[] = [];
	const asked: string[] = [];
	const listeners = new Set<(message: TabMessage) => void>();
	const queue: (() => void)[] = [];
	let isLed = false;
	let isDown = false;

	function passOn(): void {
		const next = queue.shift();
		isLed = next !== undefined;
		next?.();
	}

	function tabs(): Tabs {
		let own: ((message: TabMessage) => void) | undefined;
		return {
			post(message) {
				for (const listener of [...listeners]) if (listener !== own) listener(structuredClone(message));
			},
			listen(hear, signal) {
				own = hear;
				listeners.add(hear);
				signal.addEventListener('abort', () => listeners.delete(hear));
			},
			async lead(work, signal) {
				if (isLed) await new Promise<void>((resolve) => queue.push(resolve));
				isLed = true;
				if (!signal.aborted) await work();
				passOn();
			}
		};
	}

	/** Opens a page that follows these sessions; `alone` where tabs can't share. */
	function open(sessionIds: readonly string[], alone = false) {
		const page = new AbortController();
		const heard: StatusUpdate[] = [];
		let wake = () => {};
		const world: FollowWorld = {
			readStatus: (id) => {
				asked.push(id);
				return Promise.resolve(isDown ? { kind: 'trouble' } : { kind: 'status', status: 'PENDING', expiresInMs: 1000 });
			},
			pause: (ms, signal) =>
				new Promise((resolve) => {
					const done = () => {
						clearTimeout(timer);
						signal.removeEventListener('abort', done);
						resolve();
					};
					const timer = setTimeout(done, ms);
					wake = done;
					signal.addEventListener('abort', done);
				}),
			stream: (ids, hear, signal) =>
				new Promise((resolve) => {
					if (signal.aborted) return resolve('broken');
					streams.push({ sessionIds: ids, hear, end: resolve });
					signal.addEventListener('abort', () => resolve('broken'));
				}),
			tabs: alone ? null : tabs()
		};
		const follower = new StatusFollower(sessionIds, (update) => heard.push(update), world);
		void follower.run(page.signal);
		return { follower, heard, close: () => page.abort(), wake: () => wake() };
	}

	return { streams, asked, open, setDown: (is: boolean) => (isDown = is) };
}

const opened = (sessionId: string): StatusUpdate => ({
	sessionId,
	answer: { kind: 'status', status: 'INTERACTION_STARTED', expiresInMs: 1 }
});
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe.each([
	['in a browser whose tabs share', false],
	['in a browser whose tabs can’t share', true]
])('one page, %s', (_name, alone) => {
	test('follows by a stream and asks nothing', async () => {
		const { streams, asked, open } = browser();
		const { heard } = open(['a'], alone);
		await pass(0);
		streams[0]?.hear(opened('a'));
		await pass(15_000);
		expect([streams.length, asked, heard]).toEqual([1, [], [opened('a')]]);
	});

	test('asks each second while the stream is broken, and tries the stream again, ever later', async () => {
		const { streams, asked, open } = browser();
		open(['a'], alone);
		await pass(0);
		streams[0]?.end('broken');
		await pass(7500);
		expect([streams.length, asked.length]).toEqual([1, 8]);
		await pass(500);
		expect(streams.length).toBe(2);
		streams[1]?.end('broken');
		await pass(15_500);
		expect(streams.length).toBe(2);
	});

	test('asks ever slower, up to every 8 s, while no answer comes', async () => {
		const { streams, asked, open, setDown } = browser();
		setDown(true);
		const { heard } = open(['a'], alone);
		await pass(0);
		streams[0]?.end('broken');
		await pass(2000 + 4000 + 8000 + 8000 - 1);
		expect([asked.length, heard.every(({ answer }) => answer.kind === 'trouble')]).toEqual([4, true]);
	});

	test('asks at once when it wakes up', async () => {
		const { asked, open } = browser();
		const { wake } = open(['a'], alone);
		await pass(5000);
		wake();
		await pass(0);
		expect(asked).toEqual(['a']);
	});

	test('asks when nothing was heard for 20 s', async () => {
		const { asked, open } = browser();
		open(['a'], alone);
		await pass(20_000);
		expect(asked).toEqual(['a']);
	});

	test('has one session more in its stream, once it is added', async () => {
		const { streams, open } = browser();
		const { follower } = open(['a'], alone);
		await pass(0);
		follower.add('b');
		await pass(0);
		expect(streams.map(({ sessionIds }) => sessionIds)).toEqual([['a'], ['a', 'b']]);
	});

	test('does nothing any more once it is closed', async () => {
		const { streams, asked, open } = browser();
		const { close, heard } = open(['a'], alone);
		await pass(0);
		close();
		streams[0]?.hear(opened('a'));
		await pass(60_000);
		expect([streams.length, asked, heard.length]).toEqual([1, [], 1]);
	});
});

describe('two tabs', () => {
	test('of one session share one stream, and both hear all of it', async () => {
		const { streams, open } = browser();
		const both = [open(['a']), open(['a'])];
		await pass(0);
		streams[0]?.hear(opened('a'));
		expect([streams.length, both.map(({ heard }) => heard)]).toEqual([1, [[opened('a')], [opened('a')]]]);
	});

	test('of two sessions share one stream of both, and each hears of its own', async () => {
		const { streams, open } = browser();
		const [first, second] = [open(['a']), open(['b'])];
		await pass(0);
		expect(streams.at(-1)?.sessionIds).toEqual(['a', 'b']);
		for (const id of ['a', 'b']) streams.at(-1)?.hear(opened(id));
		expect([first.heard, second.heard]).toEqual([[opened('a')], [opened('b')]]);
	});

	test('the one that comes later hears at once what the other knows', async () => {
		const { streams, open } = browser();
		open(['a']);
		await pass(0);
		streams[0]?.hear(opened('a'));
		const late = open(['a']);
		await pass(0);
		expect(late.heard).toEqual([opened('a')]);
	});

	test('the second takes over when the first one is closed', async () => {
		const { streams, open } = browser();
		const first = open(['a']);
		const second = open(['b']);
		await pass(0);
		first.close();
		await pass(0);
		expect(streams.at(-1)?.sessionIds).toEqual(['b']);
		streams.at(-1)?.hear(opened('b'));
		expect(second.heard).toEqual([opened('b')]);
	});
});
