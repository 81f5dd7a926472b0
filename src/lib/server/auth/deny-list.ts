import { createSharedReads } from '../bridge/shared-reads';
import { sharedStore } from '../store';
import { SESSION_SECONDS, type Session } from './session';

/** How long an answer is believed before the store is asked again: signing out holds everywhere within a second. */
const BELIEVED_MS = 500;
/** About 50,000 sessions. */
export const MAX_CHECK_BYTES = 32 * 1024 ** 2;
const LIFE_MS = SESSION_SECONDS * 1000;

const newChecks = () =>
	createSharedReads<boolean>({
		maxAgeMs: BELIEVED_MS,
		maxBytes: MAX_CHECK_BYTES,
		bytesOf: () => 8,
		now: () => performance.now()
	});
let checks = newChecks();

/** Ends one session for good, here and on every instance, whatever cookie still holds it. */
export async function denySession({ id }: Session): Promise<void> {
	await sharedStore().write(idKey(id), '1', LIFE_MS);
	checks.forget(id);
}

/** Ends the sessions that the STS has ended (OIDC Back-Channel Logout 2.7): those begun until now under this `sid` or `sub`. */
export async function denyAtSts(
	{ sid, sub }: { readonly sid?: string | undefined; readonly sub?: string | undefined },
	nowMs: number
): Promise<void> {
	const key = sid === undefined ? `deny:sub:${sub ?? ''}` : `deny:sid:${sid}`;
	await sharedStore().write(key, String(nowMs), LIFE_MS);
	checks = newChecks();
}

/** Whether a session has been ended, by its person or by the STS; as it was known at most half a second ago. */
export function isDenied(session: Session): Promise<boolean> {
	return checks.read(session.id, () => isDeniedNow(session));
}

/** The same as the store has it now, for what is rare and must not be wrong. */
export async function isDeniedNow({ id, sid, sub, endsAt }: Session): Promise<boolean> {
	const begunMs = (endsAt - SESSION_SECONDS) * 1000;
	const keys = [`deny:sub:${sub}`, ...(sid === undefined ? [] : [`deny:sid:${sid}`])];
	const [byId, ...bySts] = await Promise.all([idKey(id), ...keys].map((key) => sharedStore().read(key)));
	return byId !== null || bySts.some((entry) => entry !== null && begunMs <= Number(entry.text));
}

function idKey(id: string): string {
	return `deny:id:${id}`;
}
