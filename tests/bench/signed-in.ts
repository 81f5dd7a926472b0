import * as v from 'valibot';
import { sessionPath } from '../http/support/journeys.ts';
import { createSeal } from '../../src/lib/server/seal.ts';
import { sessionCodec, splitChunks } from '../../src/lib/server/auth/session-format.ts';
import { realisticSession } from './sessions/realistic-session.ts';

const Created = v.object({ sessionId: v.string() });

/** A signed-in person with one wallet session: the path of its status, and the headers that the browser sends. */
export interface SignedIn {
	readonly statusPath: string;
	readonly headers: { readonly host: string; readonly cookie: string };
}

/**
 * Signs people in by sealing their session cookies, with tokens of a realistic size, and creates a wallet session for each through
 * the API.
 */
export function signIn(url: string, secret: string, count: number): Promise<SignedIn[]> {
	return Promise.all(Array.from({ length: count }, () => signInOne(url, secret)));
}

async function signInOne(url: string, secret: string): Promise<SignedIn> {
	const lasting = { refreshAt: undefined, expiresAt: undefined };
	const session = { ...realisticSession(Math.floor(Date.now() / 1000)), ...lasting };
	const chunks = splitChunks('portal.session', createSeal([secret], 'session', sessionCodec(2)).seal(session)) ?? [];
	const own = chunks.map(({ name, value }) => `${name}=${value}`).join('; ');
	const response = await fetch(`${url}/api/wallet/sessions`, {
		method: 'POST',
		headers: { cookie: own, origin: url, 'content-type': 'application/json' },
		body: '{}'
	});
	if (response.status !== 201) throw new Error(`No wallet session: ${response.status} ${await response.text()}`);
	const { sessionId } = v.parse(Created, await response.json());
	const given = response.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
	const headers = { host: new URL(url).host, cookie: [own, ...given].join('; ') };
	return { statusPath: sessionPath(sessionId, 'status'), headers };
}
