import type { RequestEvent } from '@sveltejs/kit';
import { config } from '../config';
import { bridge, credentialFor } from './bridge';
import type { IdvStart } from '../bridge/normalize';
import type { IdvSubmission } from '../bridge/request';
import { Problem } from '../http/problem';
import { keepSession } from './caller';
import { isManual } from './idv-plan';
import type { OwnedSession } from './owned-sessions';
import { requireUnused } from './used-sessions';

/**
 * Asks the Auth Bridge to begin identity verification; `redirectUrl` null: nothing to do, complete now.
 * @throws {Problem} `idv_repeated` after the session's one round, or the Auth Bridge's fault
 */
export async function startIdv(event: RequestEvent, owned: OwnedSession): Promise<IdvStart> {
	await requireUnused(owned.id);
	if (owned.idv === 'done') throw new Problem('idv_repeated');
	const redirectUri = `${config().origin}/api/wallet/sessions/${owned.id}/idv/callback`;
	const started = await bridge().initiateIdv(owned.id, { redirectUri }, credentialFor(event.locals));
	const isByHand = started.redirectUrl === null && isManual(started);
	await keepSession(event, { ...owned, idv: isByHand ? 'manual' : 'started' });
	return started;
}

/** Hands over what a person confirmed, on our own page or through the API. */
export async function submitIdv(event: RequestEvent, owned: OwnedSession, submission: IdvSubmission) {
	await requireUnused(owned.id);
	const { status } = await bridge().submitIdv(owned.id, submission, credentialFor(event.locals));
	const underWay = owned.idv === 'manual' ? 'manual' : 'started';
	await keepSession(event, { ...owned, idv: status === 'RECONCILING' ? underWay : 'done' });
	return { sessionId: owned.id, status };
}

/** Records that this session has had its one round. */
export async function endIdvRound(event: RequestEvent, owned: OwnedSession): Promise<OwnedSession> {
	const ended: OwnedSession = { ...owned, idv: 'done' };
	await keepSession(event, ended);
	return ended;
}
