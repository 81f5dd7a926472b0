import { isRevoked } from '../../../src/lib/server/auth/revoked-sessions';
import { createRefresher } from '../../../src/lib/server/auth/refresh';
import { createSeal } from '../../../src/lib/server/seal';
import { sessionCodec } from '../../../src/lib/server/auth/session-format';
import type { Session } from '../../../src/lib/server/auth/session';
import { createMemoryStore } from '../../../src/lib/server/store/store';
import { realisticSession, realisticTokens } from './realistic-session';

const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 50_000);
const SESSIONS = 12_500;
const AT_ONCE = 50;
const SAMPLES = 20;
/** The share of the run after which all caches have been filled once. */
const WARM_UP = 0.5;
const VIRTUAL_MS = 20 * 60_000;
const TOKEN_SECONDS = 300;

declare const gc: () => void;

/**
 * Opens many different sessions, checks whether they are revoked and refreshes their tokens, in 20 minutes of virtual time. Returns
 * the largest deviation of the heap from the middle of its range once the caches are full, in percent, and the size of the heap in MB.
 */
export async function measureMemory() {
	let nowMs = Date.now();
	const now = () => nowMs;
	const store = createMemoryStore({ now });
	const seconds = () => Math.floor(nowMs / 1000);
	const redeem = () => Promise.resolve(realisticTokens(seconds(), TOKEN_SECONDS));
	const tokenRefresher = createRefresher({ store, now, unixNow: now, redeem, onFault: () => {} });
	const seal = createSeal(['the-one-secret-of-this-measurement-0123456789'], 'session', sessionCodec(2));
	const cookies: string[] = [];
	const heap: number[] = [];

	async function request(browser: number): Promise<void> {
		const cookie = cookies[browser];
		const session = cookie === undefined ? realisticSession(seconds()) : (seal.open(cookie)?.value as Session);
		if (await isRevoked(session)) throw new Error('nobody was signed out');
		const after = await tokenRefresher.refreshIfDue(session);
		if (cookie === undefined || after !== session) cookies[browser] = seal.seal(after);
	}

	for (let done = 0; done < REQUESTS;) {
		const browsers = Array.from({ length: AT_ONCE }, (_, n) => (done + n) % SESSIONS);
		await Promise.all(browsers.map(request));
		done += AT_ONCE;
		nowMs += (VIRTUAL_MS / REQUESTS) * AT_ONCE;
		if (done % (REQUESTS / SAMPLES) === 0) heap.push(heapBytes());
	}

	const filled = heap.slice(SAMPLES * WARM_UP);
	const [lowest, highest] = [Math.min(...filled), Math.max(...filled)];
	const middle = (lowest + highest) / 2;
	return { deviationPercent: ((highest - middle) / middle) * 100, megabytes: middle / 1024 ** 2, requests: REQUESTS };
}

function heapBytes(): number {
	gc();
	return process.memoryUsage().heapUsed;
}
