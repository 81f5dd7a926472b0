import { beforeEach } from 'vitest';
import { createRefresher } from '$lib/server/auth/refresh';
import { WorkFailed, type WorkFault } from '$lib/server/auth/run-once';
import type { Session } from '$lib/server/auth/session';
import type { TokenSet } from '$lib/server/auth/session-tokens';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { virtualClock, type VirtualClock } from '../../virtual-clock';
import { SIGNED_IN_AT, someSession } from './session-fixture';

/** The lifetime of access tokens. */
export const LIFE_SECONDS = 300;
export let clock: VirtualClock;
/** The refresh tokens that the STS received. */
export let calls: string[];
/** Fault and code of each failed token call. */
export let faults: string[];
let store: Store;
let redeem: () => Promise<TokenSet>;

beforeEach(() => {
	clock = virtualClock(SIGNED_IN_AT * 1000);
	store = createMemoryStore(clock);
	calls = [];
	faults = [];
	redeem = async () => tokens(calls.length);
});

/** Replaces the STS's response to the next token calls of this test. */
export function stsResponds(respond: () => Promise<TokenSet>): void {
	redeem = respond;
}

export const stsFails = (fault: WorkFault) => stsResponds(() => Promise.reject(new WorkFailed(fault, 'a_code')));

export const nowSeconds = () => clock.now() / 1000;
export const secondsLater = (seconds: number) => clock.advance(seconds * 1000);

export function tokens(n: number, lifeSeconds = LIFE_SECONDS): TokenSet {
	const expiresAt = nowSeconds() + lifeSeconds;
	return { accessToken: `access-${n}`, refreshToken: `refresh-${n}`, expiresAt, refreshAt: expiresAt - 60 };
}

export const signedIn = (changes: Partial<Session> = {}) => someSession({ ...tokens(0), ...changes });

/** A portal instance; all instances of a test have one store. */
export function instance() {
	return createRefresher({
		store,
		now: clock.now,
		unixNow: clock.now,
		every: clock.every,
		limit: clock.limit,
		onFault: ({ fault, code }) => faults.push(`${fault} ${code}`),
		redeem({ refreshToken }) {
			calls.push(refreshToken);
			return redeem();
		}
	});
}
