import { type FollowerDeps, type OnUpdate, StatusFollower, type StatusUpdate } from '$lib/wallet/status-client';

interface Stream {
	readonly sessionIds: readonly string[];
	readonly send: OnUpdate;
	readonly end: (outcome: 'ended' | 'broken') => void;
	isOpen: boolean;
}

/** Resolves when the signal aborts, or when the passed function is called. */
function interruptible(signal: AbortSignal, start: (done: () => void) => void): Promise<void> {
	return new Promise((resolve) => {
		if (signal.aborted) return resolve();
		const done = () => {
			signal.removeEventListener('abort', done);
			resolve();
		};
		signal.addEventListener('abort', done);
		start(done);
	});
}

/** Opens a page that follows these sessions. Returns the streams that it opened and the sessions whose status it read. */
export function openPage(sessionIds: readonly string[], { isVisible = true } = {}) {
	const page = new AbortController();
	const streams: Stream[] = [];
	const reads: string[] = [];
	const updates: StatusUpdate[] = [];
	const changes = new Set<() => void>();
	let wake = () => {};
	let isDown = false;
	let isSilent = false;
	let frozen = Promise.resolve();
	let retryAfterMs = 0;
	const deps: FollowerDeps = {
		readStatus: async (id) => {
			reads.push(id);
			await frozen;
			return isDown ? { kind: 'unreachable', retryAfterMs } : { kind: 'status', status: 'PENDING', expiresInMs: 1000 };
		},
		pause: (ms, signal) =>
			interruptible(signal, (done) => {
				setTimeout(done, ms);
				wake = done;
			}),
		stream: async (ids, send, signal, onEvent) => {
			let outcome: 'ended' | 'broken' = 'broken';
			const stream: Stream = { sessionIds: ids, send, isOpen: true, end: () => {} };
			const heartbeats = setInterval(() => isSilent || onEvent(), 4000);
			streams.push(stream);
			await interruptible(signal, (done) => {
				Object.assign(stream, {
					end: (how: 'ended' | 'broken') => {
						outcome = how;
						done();
					}
				});
			});
			clearInterval(heartbeats);
			stream.isOpen = false;
			return outcome;
		},
		visibility: {
			isVisible: () => isVisible,
			until: (wanted, signal) =>
				interruptible(signal, (done) => {
					const check = () => {
						if (isVisible === wanted) done();
					};
					changes.add(check);
					check();
				})
		}
	};
	const follower = new StatusFollower(sessionIds, (update) => updates.push(update), deps);
	void follower.run(page.signal);
	return {
		follower,
		streams,
		reads,
		updates,
		openStreams: () => streams.filter((stream) => stream.isOpen).map((stream) => stream.sessionIds),
		show: (is: boolean) => {
			isVisible = is;
			for (const change of changes) change();
		},
		setDown: (retryMs = 0) => {
			isDown = true;
			retryAfterMs = retryMs;
		},
		/** The stream sends no more heartbeats. */
		silence: () => (isSilent = true),
		/** The portal does not respond until the returned function is called. */
		freeze: () => {
			isSilent = true;
			let thaw = () => {};
			frozen = new Promise((resolve) => (thaw = resolve));
			return () => thaw();
		},
		wake: () => wake(),
		close: () => page.abort()
	};
}
