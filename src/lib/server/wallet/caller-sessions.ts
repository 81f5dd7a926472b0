/**
 * The wallet sessions of third parties. They carry no cookie, so that whose a session is lies in the store that all
 * instances share: sealed, under the caller's own name. Another caller's request does not even find it.
 */
import * as v from 'valibot';
import type { BearerCaller } from '../auth/bearer';
import { sealOf } from '../seal';
import { unixMs } from '../clock';
import { sharedStore } from '../store';
import { LIFE_SECONDS, OwnedSchema, type OwnedSession } from './owned-sessions';

const sealed = sealOf('caller-wallet', v.object({ clientId: v.string(), session: OwnedSchema }));

/** A wallet session of this caller; null for anybody else's, and for one that is over. */
export async function sessionOfCaller({ clientId }: BearerCaller, id: string): Promise<OwnedSession | null> {
	const entry = await sharedStore().read(keyOf(clientId, id));
	const kept = entry && (await sealed.open(entry.text))?.value;
	if (!kept) return null;
	// The place vouches for nothing: whoever can write to the store could have moved it there.
	const isIts = kept.clientId === clientId && kept.session.id === id;
	return isIts ? kept.session : null;
}

/** Makes the caller the session's owner, or records what has changed about it. */
export async function keepForCaller({ clientId }: BearerCaller, session: OwnedSession): Promise<void> {
	const lifeMs = session.startedAt + LIFE_SECONDS * 1000 - unixMs();
	const text = await sealed.seal({ clientId, session });
	if (lifeMs > 0) await sharedStore().write(keyOf(clientId, session.id), text, lifeMs);
}

function keyOf(clientId: string, id: string): string {
	return `wallet:${id}:${clientId}`;
}
