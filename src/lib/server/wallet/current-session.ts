import type { RequestEvent } from '@sveltejs/kit';
import { bridge, credentialFor } from './bridge';
import { type OwnedSession, ownedSessions } from './owned-sessions';

const waiting: ReadonlySet<string> = new Set(['CREATED', 'PENDING']);

/** `waiting`: nobody has scanned it. `scanned`: somebody has, however it went on. `over`: it ended unscanned, or can't be read. */
type Scan = 'waiting' | 'scanned' | 'over';

/** Whether a session's code has been scanned; never rejects. */
export async function scanOf({ locals }: Pick<RequestEvent, 'locals'>, { id }: OwnedSession): Promise<Scan> {
	try {
		const { status } = await bridge().readStatus(id, credentialFor(locals));
		if (waiting.has(status)) return 'waiting';
		return status === 'EXPIRED' ? 'over' : 'scanned';
	} catch {
		return 'over';
	}
}

/** This browser's sessions whose codes nobody has scanned yet. */
export async function unscanned(event: RequestEvent): Promise<OwnedSession[]> {
	const sessions = (await ownedSessions(event.cookies)).filter(({ completed }) => !completed);
	const scans = await Promise.all(sessions.map((session) => scanOf(event, session)));
	return sessions.filter((_, index) => scans[index] === 'waiting');
}

/**
 * The wallet session that this browser follows: the newest, or one whose code was on a screen beside it, when a wallet
 * has scanned that one first.
 */
export async function currentSession(event: RequestEvent): Promise<OwnedSession | undefined> {
	const [newest, ...others] = await ownedSessions(event.cookies);
	const beside = others.filter(({ id }) => newest?.beside?.includes(id)).reverse();
	if (!newest || beside.length === 0 || (await scanOf(event, newest)) === 'scanned') return newest;
	const scans = await Promise.all(beside.map((session) => scanOf(event, session)));
	return beside.find((_, index) => scans[index] === 'scanned') ?? newest;
}
