import type { RequestEvent } from '@sveltejs/kit';
import { unixSeconds } from '../clock';
import { config } from '../config';
import { isLookAhead, routePath } from '../http/request';
import { sharedStore } from '../store';
import type { Session } from './session';

/** The time of the last activity is written at most once in this part of the idle timeout, and at most once a minute. */
const STEP_PART = 0.1;
const MIN_STEP_SECONDS = 60;

/** API routes that pages call by themselves. */
const backgroundRoutes: ReadonlySet<string> = new Set([
	'/api/auth/session',
	'/api/health',
	'/api/health/ready',
	'/api/openapi.json',
	'/api/wallet/sessions/[id]/events',
	'/api/wallet/sessions/[id]/status'
]);

/** Whether a person has probably caused a request: it opens a page, sends a form, or calls another part of the API. */
export function isActivity(event: Pick<RequestEvent, 'request' | 'route'>): boolean {
	const route = routePath(event);
	return route !== null && !backgroundRoutes.has(route) && !isLookAhead(event.request);
}

/**
 * Applies the idle timeout to the session of a request. The time of the last activity is sealed in the cookie. The store
 * has a copy, which only extends a session: a response that was slow may bring back a cookie with an older time.
 * @param isActive whether the request is activity
 * @returns the session, with the time of this activity if it has to be written; null if the session has been idle for too long
 */
export async function afterActivity(session: Session, isActive: boolean): Promise<Session | null> {
	const { sessionIdleSeconds: idle } = config();
	if (idle === 0) return session;
	const now = unixSeconds();
	if (session.activeAt === undefined) return touched(session, now);
	const isOver = ({ activeAt = 0 }: Session) => now >= activeAt + idle;
	const current = isOver(session) ? await withNewestActivity(session) : session;
	if (isOver(current)) return null;
	const isDue = now - (current.activeAt ?? 0) >= Math.max(MIN_STEP_SECONDS, idle * STEP_PART);
	return isActive && isDue ? touched(current, now) : current;
}

async function touched(session: Session, now: number): Promise<Session> {
	await sharedStore().write(keyOf(session), String(now), config().sessionIdleSeconds * 1000);
	return { ...session, activeAt: now };
}

/** The session with the latest activity that the store knows of. Call it before the session is written. */
export async function withNewestActivity(session: Session): Promise<Session> {
	if (config().sessionIdleSeconds === 0) return session;
	const text = (await sharedStore().read(keyOf(session)))?.text ?? '';
	const activeAt = /^\d{1,12}$/.test(text) ? Math.min(Number(text), unixSeconds()) : 0;
	return activeAt > (session.activeAt ?? 0) ? { ...session, activeAt } : session;
}

function keyOf({ id }: Session): string {
	return `active:${id}`;
}
