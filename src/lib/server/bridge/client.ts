import type { Person } from '$lib/wallet/view';
import { unixMs } from '../clock';
import { isProblem, Problem } from '../http/problem';
import type { CompleteResult, CreatedSession, IdvOutcome, IdvStart, IdvStatus, SessionStatus } from './answers';
import { createBindings } from './bindings';
import { type CallerOptions, createCaller, type Credential, get, post } from './call';
import { judgeCompletion } from './completion';
import { idvCallbackPath, sessionPath, sessionsPath } from './paths';
import { PersonAnswer } from './person';
import { createReaders, own } from './readers';
import type { CreateSession, IdvSubmission } from './requests';
import * as schemas from './schemas';
import { createSharedReads } from '../shared-reads';
import type { Warn } from './status-reader';

export interface BridgeOptions extends CallerOptions {
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Unix time in milliseconds. */
	readonly unixNow?: () => number;
	/** Hears of answers that are usable but unexpected. */
	readonly warn?: Warn;
}

export type Bridge = ReturnType<typeof createBridge>;

const MAX_AGE_MS = 250;
/** For each kind of read. */
export const MAX_SHARED_BYTES = 16 * 1024 ** 2;
const sharedLimits = { maxBytes: MAX_SHARED_BYTES, bytesOf: (value: unknown) => JSON.stringify(value).length };
const CALLBACK_PARAMETERS = ['code', 'state', 'error', 'error_description'];

/**
 * The Auth Bridge, as the portal uses it: one function per operation, in both dialects. Each throws a `Problem` only:
 * `not_found` for a session that is gone, 409 codes for what a session can't do, 502, 503 and 504 for faults of the Bridge.
 */
export function createBridge({
	now = () => performance.now(),
	unixNow = unixMs,
	warn = () => {},
	...options
}: BridgeOptions) {
	const caller = createCaller(options);
	const { ask, exchange } = caller;
	const readers = createReaders(unixNow, warn);
	const statuses = createSharedReads<SessionStatus>({ maxAgeMs: MAX_AGE_MS, ...sharedLimits, now });
	// Candidates' labels are personal data: shared while a read is under way, kept no longer.
	const idvStatuses = createSharedReads<IdvStatus>({ maxAgeMs: 0, ...sharedLimits, now });

	/** Runs something that changes a session: no answer from before is given out afterwards. */
	async function changing<Value>(id: string, work: () => Promise<Value>): Promise<Value> {
		try {
			return await work();
		} finally {
			statuses.forget(id);
			idvStatuses.forget(id);
		}
	}

	async function fetchStatus(id: string, credential: Credential): Promise<SessionStatus> {
		const call = get('readStatus', sessionPath(id, 'status'), credential);
		return readers.status(id, await ask(schemas.StatusAnswer, call));
	}

	async function fetchIdvStatus(id: string, credential: Credential): Promise<IdvStatus> {
		const call = get('readIdvStatus', sessionPath(id, 'idv', 'status'), credential);
		try {
			return readers.idvStatus(id, await ask(schemas.IdvStatusAnswer, call));
		} catch (error) {
			if (!isProblem(error, 'idv_not_started', 'not_found')) throw error;
		}
		// Some deployments keep no reconciliation session: then the wallet session is the truth.
		const { status, idvRequirementReason, reconciliationPlanType, errorCode } = await fetchStatus(id, credential);
		const plan = { planType: reconciliationPlanType, reason: idvRequirementReason };
		return { sessionId: id, status, ...plan, candidates: [], ...(errorCode && { errorCode }) };
	}

	return {
		createSession: async (wanted: CreateSession, credential: Credential): Promise<CreatedSession> =>
			readers.created(await ask(schemas.CreatedSessionAnswer, post('createSession', sessionsPath, credential, wanted))),

		/** Shared by all who ask at the same time, and at most 250 ms old. */
		readStatus: (id: string, credential: Credential): Promise<SessionStatus> =>
			statuses.read(id, () => fetchStatus(id, credential)),

		/** The same, for one of many questions: the next answer is read before this one is too old. Few of them need the credential. */
		pollStatus: (id: string, credential: () => Credential): Promise<SessionStatus> =>
			statuses.readAhead(id, () => fetchStatus(id, credential())),

		/** The status as it is now, for the moment after a change that did not go through us: the STS links wallets itself. */
		readStatusAfresh(id: string, credential: Credential): Promise<SessionStatus> {
			statuses.forget(id);
			return statuses.read(id, () => fetchStatus(id, credential));
		},

		/** Personal data, for the screen on `/login/identity` and the owning browser; never shared, kept or logged. */
		async readPerson(id: string, credential: Credential): Promise<Person> {
			const said = await ask(PersonAnswer, get('readStatus', sessionPath(id, 'status'), credential));
			own(id, said.sessionId);
			return said.person;
		},

		/** At `VERIFIED`. Harmless to repeat: a session that is completed already is completed. */
		complete: (id: string, credential: Credential): Promise<CompleteResult> =>
			changing(id, async () => {
				const answer = await exchange(post('complete', sessionPath(id, 'complete'), credential));
				const { sessionId, result } = judgeCompletion(answer);
				own(id, sessionId);
				return result;
			}),

		/** `redirectUri`: where the institution sends the browser back to. */
		initiateIdv: (id: string, wanted: { readonly redirectUri: string }, credential: Credential): Promise<IdvStart> =>
			changing(id, async () => {
				const call = post('initiateIdv', sessionPath(id, 'idv', 'initiate'), credential, wanted);
				return readers.idvStart(id, await ask(schemas.IdvStartAnswer, call));
			}),

		/** Hands over the institution's answer; of the query OAuth's own parameters only. Not repeated: a code works once. */
		finishIdv: (id: string, query: URLSearchParams, credential: Credential): Promise<IdvOutcome> =>
			changing(id, async () => {
				const call = { ...get('finishIdv', idvCallbackPath, credential), query: callbackQuery(query) };
				try {
					return readers.idvOutcome(id, await ask(schemas.FinishedIdvAnswer, { ...call, repeatable: false }));
				} catch (error) {
					throw finishProblem(query, error);
				}
			}),

		/** Shared by all who ask at the same time. */
		readIdvStatus: (id: string, credential: Credential): Promise<IdvStatus> =>
			idvStatuses.read(id, () => fetchIdvStatus(id, credential)),

		submitIdv: (id: string, submission: IdvSubmission, credential: Credential): Promise<IdvOutcome> =>
			changing(id, async () => {
				const call = post('submitIdv', sessionPath(id, 'idv', 'submit'), credential, submission);
				return readers.idvOutcome(id, await ask(schemas.SubmittedIdvAnswer, call));
			}),

		...createBindings(caller)
	};
}

/** The first value of each of OAuth's parameters, and nothing else. */
function callbackQuery(query: URLSearchParams): URLSearchParams {
	const passedOn = new URLSearchParams();
	for (const name of CALLBACK_PARAMETERS) {
		const value = query.get(name);
		if (value !== null) passedOn.set(name, value);
	}
	return passedOn;
}

/** When the institution itself reported an error, that is the reason, whatever the Bridge makes of it. */
function finishProblem(query: URLSearchParams, error: unknown): unknown {
	if (!query.has('error') || !(error instanceof Problem) || error.status !== 409) return error;
	return new Problem(query.get('error') === 'access_denied' ? 'idv_refused' : 'idv_failed', { facts: error.facts });
}
