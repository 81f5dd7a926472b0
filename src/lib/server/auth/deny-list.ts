import { sharedStore } from '../store';
import { SESSION_SECONDS, type Session } from './session';

/** How long "not denied" is believed before the store is asked again: signing out holds everywhere within a second. */
const BELIEVED_MS = 500;
const MOST_BELIEVED = 50_000;
const LIFE_MS = SESSION_SECONDS * 1000;

const believedUntilMs = new Map<string, number>();

/** Ends one session for good, here and on every instance, whatever cookie still holds it. */
export async function denySession(session: Session): Promise<void> {
	believedUntilMs.delete(session.id);
	await sharedStore().write(idKey(session.id), '1', LIFE_MS);
}

/** Ends the sessions that the STS has ended (OIDC Back-Channel Logout 2.7): those begun until now under this `sid` or `sub`. */
export async function denyAtSts(
	named: { readonly sid?: string | undefined; readonly sub?: string | undefined },
	nowMs: number
): Promise<void> {
	believedUntilMs.clear();
	const keys = [
		...(named.sid ? [`deny:sid:${named.sid}`] : []),
		...(!named.sid && named.sub ? [`deny:sub:${named.sub}`] : [])
	];
	await Promise.all(keys.map((key) => sharedStore().write(key, String(nowMs), LIFE_MS)));
}

/** Whether a session has been ended, by its person or by the STS. */
export async function isDenied(session: Session, nowMs = Date.now()): Promise<boolean> {
	if ((believedUntilMs.get(session.id) ?? 0) > nowMs) return false;
	const startedMs = (session.endsAt - SESSION_SECONDS) * 1000;
	const keys = [idKey(session.id), ...(session.sid ? [`deny:sid:${session.sid}`] : []), `deny:sub:${session.sub}`];
	const entries = await Promise.all(keys.map((key) => sharedStore().read(key)));
	const denied = entries.some((entry, index) => entry !== null && (index === 0 || startedMs <= Number(entry.text)));
	if (!denied) believe(session.id, nowMs);
	return denied;
}

function believe(id: string, nowMs: number): void {
	if (believedUntilMs.size >= MOST_BELIEVED) believedUntilMs.clear();
	believedUntilMs.set(id, nowMs + BELIEVED_MS);
}

function idKey(id: string): string {
	return `deny:id:${id}`;
}
