import type { RequestEvent } from '@sveltejs/kit';
import * as v from 'valibot';
import { audit } from '../audit';
import { unixMs, unixSeconds } from '../clock';
import { config } from '../config';
import { Problem, storeUnavailable } from '../http/problem';
import { type BrowserWords, browserWords } from '../http/request';
import { hasSharedStore } from '../store';
import { isCovered } from '../store/kinds';
import { revocationAt, revokeSession, revokeUser, startMs, userKey } from './revoked-sessions';
import { type Provider, providers, type Session } from './session';
import { type ListedSession, sessionList } from './session-list';
import { signOut } from './sign-out';

/** How a person signed in, as the API names it. */
export const SignInProvider = v.pipe(v.picklist(providers), v.title('SignInProvider'));

const milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a browser may read of a session; never a token. `expires`: the absolute expiry of the session. */
export const PublicSession = v.strictObject({
	user: v.strictObject({
		id: v.string(),
		name: v.nullable(v.string()),
		email: v.nullable(v.string()),
		eduid: v.nullable(v.string()),
		institution: v.nullable(v.string())
	}),
	provider: SignInProvider,
	assurance: v.strictObject({ acr: v.nullable(v.string()), amr: v.array(v.string()) }),
	expires: v.pipe(v.string(), v.isoTimestamp()),
	/** Milliseconds until `expires`, by the portal's clock, because the browser's clock may be wrong. */
	expiresInMs: milliseconds,
	/** Milliseconds until the session ends if the person does nothing until then; null without an idle timeout. */
	idleExpiresInMs: v.nullable(milliseconds)
});
type PublicSession = v.InferOutput<typeof PublicSession>;

export function publicSession(session: Session, nowMs = unixMs()): PublicSession {
	const { sessionIdleSeconds: idle } = config();
	return {
		user: {
			id: session.userId,
			name: session.name ?? null,
			email: session.email ?? null,
			eduid: session.eduid ?? null,
			institution: session.institution ?? null
		},
		provider: session.provider,
		assurance: { acr: session.acr ?? null, amr: session.amr },
		expires: new Date(session.endsAt * 1000).toISOString(),
		expiresInMs: Math.max(0, session.endsAt * 1000 - nowMs),
		idleExpiresInMs: idle === 0 ? null : Math.max(0, ((session.activeAt ?? nowMs / 1000) + idle) * 1000 - nowMs)
	};
}

/** One of a person's sessions, as a page shows it. Times are in ISO 8601. */
interface SessionView extends BrowserWords {
	readonly id: string;
	readonly provider: Provider;
	readonly startedAt: string;
	readonly activeAt: string;
	/** Whether it is the session of this request. */
	readonly isCurrent: boolean;
	/** The number of the session among those in the same kind of browser, the oldest first; null if it is the only one. */
	readonly position: number | null;
}

type Unnumbered = Omit<SessionView, 'position'>;

/**
 * What the list contains. `all`: the person's sessions; `unreadable`: this session only, because the store can't be read
 * now; `this`: this session only, because there is no shared store.
 */
type ListScope = 'all' | 'unreadable' | 'this';

/** The sessions of the signed-in person, this one first. Never throws. */
export async function ownSessions(
	session: Session,
	{ request }: Pick<RequestEvent, 'request'>
): Promise<{ readonly scope: ListScope; readonly sessions: readonly SessionView[] }> {
	const current: Unnumbered = {
		...browserWords(request.headers.get('user-agent')),
		...{ id: session.id, provider: session.provider, isCurrent: true },
		startedAt: iso(startMs(session) / 1000),
		activeAt: iso(unixSeconds())
	};
	if (!hasSharedStore()) return { scope: 'this', sessions: numbered([current]) };
	const listed = await sessionList().read(session.userId);
	if (listed === null) return { scope: 'unreadable', sessions: numbered([current]) };
	return { scope: 'all', sessions: numbered([current, ...others(listed, session).map(viewOf)]) };
}

/** The numbers do not follow the order of the list, because that changes whenever one of the browsers is used. */
function numbered(sessions: readonly Unnumbered[]): readonly SessionView[] {
	return sessions.map((one) => {
		const alike = sessions.filter(({ browser, system }) => browser === one.browser && system === one.system);
		const isBefore = ({ startedAt, id }: Unnumbered) =>
			startedAt < one.startedAt || (startedAt === one.startedAt && id <= one.id);
		return { ...one, position: alike.length > 1 ? alike.filter(isBefore).length : null };
	});
}

/**
 * Another session of the signed-in person, as the list shows it.
 * @throws {Problem} `not_found` if the person has no other session with this id, `upstream_unavailable` if the list can't be
 * read now
 */
export async function otherSession(
	session: Session,
	id: string,
	event: Pick<RequestEvent, 'request'>
): Promise<SessionView> {
	const { scope, sessions } = await ownSessions(session, event);
	if (scope === 'unreadable') throw storeUnavailable();
	const found = sessions.find((one) => one.id === id && !one.isCurrent);
	if (!found) throw new Problem('not_found');
	return found;
}

/**
 * Ends another session of the signed-in person on all instances within a second. Its tokens are in the cookie of the other
 * browser, so they can't be revoked at the STS from here.
 * @throws {Problem} as `otherSession` does
 */
export async function endOther(session: Session, id: string, locals: App.Locals): Promise<void> {
	const ended = (await readOthers(session)).find((listed) => listed.id === id);
	if (!ended) throw new Problem('not_found');
	await revokeSession(ended);
	audit('session.ended', { userId: session.userId, id, provider: ended.provider, by: 'person' }, locals);
	void sessionList().remove(session.userId, (listed) => listed.id === id);
}

/** Ends all sessions of the signed-in person except this one, those that the list lacks included. */
export async function endOthers({ id, userId }: Session, locals: App.Locals): Promise<void> {
	await revokeUser(userId, { except: id });
	audit('session.ended', { userId, id, by: 'person', target: 'others' }, locals);
	void sessionList().remove(userId, (listed) => listed.id !== id);
}

/** Ends all sessions of the signed-in person, those that the list lacks and this one included, and signs out here. */
export async function endAll(session: Session, event: Pick<RequestEvent, 'locals' | 'cookies'>): Promise<void> {
	await revokeUser(session.userId);
	audit('session.ended', { userId: session.userId, id: session.id, by: 'person', target: 'user' }, event.locals);
	void sessionList().remove(session.userId, () => true);
	await signOut(event);
}

/** The first response to "Sign out everywhere" does not take longer. */
const REPEAT_MS = 60_000;

/**
 * Whether a session has just ended together with all other sessions of its person. Later, the person may have signed in again
 * elsewhere.
 */
export async function hasJustEndedWithAll(session: Session): Promise<boolean> {
	const revocation = await revocationAt(userKey(session.userId));
	const isRecent = unixMs() - revocation.untilMs < REPEAT_MS;
	return isRecent && !revocation.exempt && isCovered(revocation, session.id, startMs(session));
}

async function readOthers(session: Session): Promise<readonly ListedSession[]> {
	const listed = await sessionList().read(session.userId);
	if (listed === null) throw storeUnavailable();
	return others(listed, session);
}

const others = (listed: readonly ListedSession[], { id }: Session) => listed.filter((one) => one.id !== id);

function viewOf({ id, provider, browser, system, startedAt, activeAt }: ListedSession): Unnumbered {
	return { id, provider, browser, system, startedAt: iso(startedAt), activeAt: iso(activeAt), isCurrent: false };
}

const iso = (unixSecondsThen: number) => new Date(unixSecondsThen * 1000).toISOString();
