import { expect } from 'vitest';
import { createBridge, type BridgeOptions } from '$lib/server/bridge/client';
import { Problem } from '$lib/server/http/problem';
import { createConnections } from '$lib/server/upstream/connections';

export const send = createConnections({ http: undefined, https: undefined, except: '' });

export const sessionId = '0123456789abcdef0123456789abcdef';
export const otherSessionId = 'ffffffffffffffffffffffffffffffff';
export const credential = {
	requestId: 'r1',
	traceparent: () => '00-trace-01',
	authorization: { current: async () => 'Bearer user', refresh: async () => null }
};
export const nowMs = 1_700_000_000_000;

/** What must never come out of the client: the values that the fixtures put into personal fields. */
export const personal = {
	userId: 'person-4711',
	claims: { email: 'sanne@personal.example', eduid: 'eduid-4711' },
	mappedClaims: { given_name: 'Sanne', family_name: 'Personal', birthdate: '2001-02-03' },
	errorMessage: 'Sanne Personal of session 0123'
};
export const personalText = /4711|sanne|personal|2001-02-03/i;

/** A client without pauses and with a clock that stands still. */
export function bridgeAt(url: string, more: Partial<BridgeOptions> = {}) {
	return createBridge({
		url,
		timeoutMs: 2000,
		maxBytes: 10_000,
		send,
		now: () => nowMs,
		unixNow: () => nowMs,
		pause: () => Promise.resolve(),
		...more
	});
}

/** The Problem of work that must fail with one; anything else fails the test. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
	const error: unknown = await work.then(
		(value) => expect.fail(`returned ${JSON.stringify(value)}`),
		(thrown: unknown) => thrown
	);
	if (error instanceof Problem) return error;
	throw new Error('the client threw something else than a Problem', { cause: error });
}
