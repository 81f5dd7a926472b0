import type { Person } from '$lib/wallet/view';
import { unixMs } from '../clock';
import { isProblem, Problem } from '../http/problem';
import {
	type Binding,
	type CompleteResult,
	type CreatedSession,
	createReaders,
	type IdvOutcome,
	type IdvStart,
	type IdvStatus,
	own,
	PersonAnswer,
	type SessionStatus,
	type Warn
} from './normalize';
import {
	assertGood,
	bindingsPath,
	type Caller,
	type CallerOptions,
	createCaller,
	type CreateSession,
	type Credential,
	get,
	idvCallbackPath,
	type IdvSubmission,
	post,
	read,
	sessionPath,
	sessionsPath
} from './request';
import * as schemas from './schemas';
import { createSharedReads } from '../shared-reads';
import { BindingsAnswer, CompletedAnswer, IdvNeededAnswer } from './schemas';
import * as v from 'valibot';
import type { UpstreamAnswer } from '../upstream/exchange';
import { readFault } from './errors';

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

/** The wallets linked to a subject: list them, unlink one. */
function createBindings({ ask, exchange }: Caller) {
	/** Empty for a subject that the Bridge doesn't know. */
	async function listBindings(subject: string, credential: Credential): Promise<readonly Binding[]> {
		try {
			const said = await ask(BindingsAnswer, get('listBindings', bindingsPath(subject), credential));
			return said.map((one) => ({ ...one, createdAt: isoTime(one.createdAt), lastUsedAt: isoTime(one.lastUsedAt) }));
		} catch (error) {
			if (isProblem(error, 'not_found', 'no_match')) return [];
			throw error;
		}
	}

	/** Only what is in the subject's own list: the Bridge deletes whatever it is asked to, without a look at the owner. */
	async function removeBinding(subject: string, bindingId: string, credential: Credential): Promise<void> {
		const bindings = await listBindings(subject, credential);
		if (!bindings.some(({ id }) => id === bindingId)) throw new Problem('not_found');
		const segments = bindingsPath(subject, bindingId);
		assertGood('removeBinding', await exchange({ operation: 'removeBinding', method: 'DELETE', segments, credential }));
	}

	return { listBindings, removeBinding };
}

function isoTime(milliseconds: number | null): string | null {
	return milliseconds === null ? null : new Date(milliseconds).toISOString();
}

interface Completion {
	/** The session that the answer names, if any. */
	readonly sessionId: string | null;
	readonly result: CompleteResult;
}

const SaysIdvRequired = v.object({ status: v.literal('IDV_REQUIRED') });

/**
 * What an answer to `complete` means. The need for identity verification is told by the status 202, or in the body only.
 * @throws {Problem}
 */
function judgeCompletion(answer: UpstreamAnswer): Completion {
	if (readFault(answer).status === 202 || v.is(SaysIdvRequired, answer.json)) {
		const { sessionId, reason } = read(IdvNeededAnswer, 'complete', { ...answer, status: 202 });
		return { sessionId, result: { kind: 'idv_required', reason } };
	}
	try {
		const { sessionId } = read(CompletedAnswer, 'complete', answer);
		return { sessionId, result: { kind: 'completed' } };
	} catch (error) {
		if (isProblem(error, 'idv_required')) return { sessionId: null, result: { kind: 'idv_required', reason: null } };
		// What was asked for is done: the STS may have been first.
		if (isProblem(error, 'session_already_completed')) return { sessionId: null, result: { kind: 'completed' } };
		throw error;
	}
}
