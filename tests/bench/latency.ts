import { setTimeout as pause } from 'node:timers/promises';
import { createWalletSession, sessionPath } from '../http/support/journeys.ts';
import { Browser } from '../harness/browser.ts';
import { type EventReader, openEvents } from '../harness/event-reader.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import type { Figure, Measure } from './figure.ts';
import { percentile } from './statistics.ts';

/** The highest number of streams of one wallet session. */
const MAX_STREAMS = 4;
const SESSIONS_AT_ONCE = 5;
const ROUNDS = 6;
const WATCHED_MS = 5000;
/** Longer than the pause between two reads, so that changes happen at any moment of that pause. */
const MAX_DELAY_MS = 500;

/**
 * The time from a change of status at the Auth Bridge to the event at each client, while the wallet is open, and how often the
 * portal reads the status from the Bridge. Sandbox and clients run in this process and so have one clock; the portal runs in another.
 */
export const measureLatency: Measure = async (runtime) => {
	const env = { EVENT_STREAMS_PER_BROWSER: String(MAX_STREAMS), RATE_LIMIT_PER_BROWSER: '1000', LOG_LEVEL: 'error' };
	const landscape = await startLandscape({ runtime, env });
	try {
		return [...(await figuresWith(landscape, 1)), ...(await figuresWith(landscape, MAX_STREAMS))];
	} finally {
		await landscape.stop();
	}
};

async function figuresWith(landscape: Landscape, clients: number): Promise<Figure[]> {
	const name = clients === 1 ? '1 client' : `${clients} clients`;
	const waiting = await readsPerSecond(landscape, clients, 'waiting');
	const open = await readsPerSecond(landscape, clients, 'open');
	const delaysMs: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const rounds = Array.from({ length: SESSIONS_AT_ONCE }, () => delaysOfChange(landscape, clients));
		delaysMs.push(...(await Promise.all(rounds)).flat());
	}
	return [
		{ what: `${name}: change to event, median`, value: percentile(delaysMs, 0.5), unit: 'ms' },
		{ what: `${name}: change to event, p95`, value: percentile(delaysMs, 0.95), unit: 'ms', target: { atMost: 500 } },
		{ what: `${name}: reads of a session, wallet open`, value: open, unit: '/s', target: { atMost: 4 } },
		{ what: `${name}: reads of a session, not scanned`, value: waiting, unit: '/s', target: { atMost: 1 } }
	];
}

/** The times from the moment that a wallet shares its data to the event at each client, in milliseconds. */
async function delaysOfChange(landscape: Landscape, clients: number): Promise<number[]> {
	const { id, streams } = await watchedSession(landscape, clients, 'open');
	await pause(Math.random() * MAX_DELAY_MS);
	const changedMs = performance.now();
	await landscape.sandbox.share(id, 'known-student');
	const delays = await Promise.all(
		streams.map(async (stream) => {
			await untilStatus(stream, 'VERIFIED');
			return performance.now() - changedMs;
		})
	);
	for (const stream of streams) stream.leave();
	return delays;
}

async function readsPerSecond(landscape: Landscape, clients: number, wallet: 'waiting' | 'open'): Promise<number> {
	const { id, streams } = await watchedSession(landscape, clients, wallet);
	const reads = () => landscape.sandbox.counts().statusReads[id] ?? 0;
	// The window begins and ends at a read. One that began just before a read would count one too many.
	const first = await nextRead(reads);
	const before = reads();
	await pause(WATCHED_MS);
	const last = await nextRead(reads);
	for (const stream of streams) stream.leave();
	return ((reads() - before) * 1000) / (last - first);
}

async function nextRead(reads: () => number): Promise<number> {
	const before = reads();
	while (reads() === before) await pause(2);
	return performance.now();
}

/** A wallet session with this number of clients, each of which has received the status. */
async function watchedSession(landscape: Landscape, clients: number, wallet: 'waiting' | 'open') {
	const browser = new Browser(landscape.url);
	const id = await createWalletSession(browser);
	const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
	const url = new URL(sessionPath(id, 'events'), landscape.url);
	const headers = { cookie, 'sec-fetch-site': 'same-origin' };
	const streams = await Promise.all(Array.from({ length: clients }, () => openEvents(url, headers)));
	await Promise.all(streams.map((stream) => untilStatus(stream, 'PENDING')));
	if (wallet === 'open') {
		await landscape.sandbox.openWallet(id);
		await Promise.all(streams.map((stream) => untilStatus(stream, 'INTERACTION_STARTED')));
	}
	return { id, streams };
}

async function untilStatus(stream: EventReader, status: string): Promise<void> {
	for (let event = await stream.next(); event; event = await stream.next()) {
		if (event.data.includes(`"status":"${status}"`)) return;
	}
	throw new Error(`A stream ended before ${status}.`);
}
