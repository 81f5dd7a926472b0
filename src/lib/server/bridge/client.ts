import type { Person } from '$lib/wallet/view';
import { unixMs } from '../clock';
import { isProblem, Problem } from '../http/problem';
import {
	type CompleteResult,
	type CreatedSession,
	createReaders,
	type IdvOutcome,
	type IdvStart,
	type IdvStatus,
	requireSameSession,
	PersonResponse,
	type SessionStatus,
	type SubmittedResponse,
	type Warn
} from './normalize';
import {
	callbackQuery,
	type TransportOptions,
	createTransport,
	type CreateSession,
	type Credential,
	type DcApiSubmission,
	get,
	idvCallbackPath,
	type IdvSubmission,
	post,
	read,
	sessionPath,
	sessionsPath
} from './request';
import { createBindings } from './bindings';
import * as schemas from './schemas';
import { createSharedReads } from '../cache';
import * as v from 'valibot';
import type { UpstreamResponse } from '../upstream/client';
import { readFault } from './errors';

export interface BridgeOptions extends TransportOptions {
	/** Milliseconds, on a clock that never steps back; default: `performance.now`. */
	readonly now?: () => number;
	/** Unix time in milliseconds; default: the system clock. */
	readonly unixNow?: () => number;
	/** Called for responses that are usable but unexpected. */
	readonly warn?: Warn;
}

export type Bridge = ReturnType<typeof createBridge>;

/** The maximum size of the cache of each kind of read. */
const MAX_SHARED_BYTES = 2 * 1024 ** 2;
const sharedLimits = {
	maxAgeMs: 250,
	maxBytes: MAX_SHARED_BYTES,
	bytesOf: (value: unknown) => JSON.stringify(value).length
};
const personalKey = (id: string, { person = '' }: Credential) => `${id} ${person}`;

/**
 * The client of the Auth Bridge: one function per operation, for both dialects. Each throws only a `Problem`: `not_found` for a
 * session that no longer exists, a code with status 409 for an operation that the session does not allow, and codes with status
 * 502, 503 and 504 for errors of the Auth Bridge.
 */
export function createBridge({
	now = () => performance.now(),
	unixNow = unixMs,
	warn = () => {},
	...options
}: BridgeOptions) {
	const transport = createTransport(options);
	const { ask, exchange } = transport;
	const readers = createReaders(unixNow, warn);
	const statuses = createSharedReads<SessionStatus>({ ...sharedLimits, now });
	const pageStatuses = createSharedReads<SessionStatus>({ ...sharedLimits, now });
	// What the next two have is personal, so one person's reads are not shared with another's (`personalKey`).
	const idvStatuses = createSharedReads<IdvStatus>({ ...sharedLimits, now });
	const persons = createSharedReads<Person>({ ...sharedLimits, now });

	function forget(id: string, credential: Credential): void {
		for (const reads of [statuses, pageStatuses]) reads.forget(id);
		for (const reads of [idvStatuses, persons]) reads.forget(personalKey(id, credential));
	}

	/** Runs work that changes a session. Responses from before the change are not used afterwards. */
	async function changing<Value>(id: string, credential: Credential, work: () => Promise<Value>): Promise<Value> {
		try {
			return await work();
		} finally {
			forget(id, credential);
		}
	}

	async function fetchStatus(id: string, credential: Credential): Promise<SessionStatus> {
		const call = get('readStatus', sessionPath(id, 'status'), credential);
		return readers.status(id, await ask(schemas.StatusResponse, call));
	}

	async function fetchIdvStatus(id: string, credential: Credential): Promise<IdvStatus> {
		const call = get('readIdvStatus', sessionPath(id, 'idv', 'status'), credential);
		try {
			return readers.idvStatus(id, await ask(schemas.IdvStatusResponse, call));
		} catch (error) {
			if (!isProblem(error, 'idv_not_started', 'not_found')) throw error;
		}
		// Some deployments have no reconciliation session. The status of the wallet session then replaces it.
		const { status, idvRequirementReason, reconciliationPlanType, errorCode } = await fetchStatus(id, credential);
		const plan = { planType: reconciliationPlanType, reason: idvRequirementReason };
		return { sessionId: id, status, ...plan, candidates: [], ...(errorCode && { errorCode }) };
	}

	async function fetchPerson(id: string, credential: Credential): Promise<Person> {
		const parsed = await ask(PersonResponse, get('readStatus', sessionPath(id, 'status'), credential));
		requireSameSession(id, parsed.sessionId);
		return parsed.person;
	}

	function readFreshStatus(id: string, credential: Credential): Promise<SessionStatus> {
		forget(id, credential);
		return statuses.read(id, () => fetchStatus(id, credential));
	}

	return {
		createSession: async (wanted: CreateSession, credential: Credential): Promise<CreatedSession> =>
			readers.created(
				await ask(schemas.CreatedSessionResponse, post('createSession', sessionsPath, credential, wanted))
			),

		/** The status, at most 250 ms old. Concurrent callers share one read. */
		readStatus: (id: string, credential: Credential): Promise<SessionStatus> =>
			statuses.read(id, () => fetchStatus(id, credential)),

		/**
		 * Like `readStatus`, for clients that poll: the next read starts before the cached status is too old.
		 * @param credential called only if this call starts a read
		 */
		pollStatus: (id: string, credential: () => Credential): Promise<SessionStatus> =>
			statuses.readAhead(id, () => fetchStatus(id, credential())),

		/** The status without the cache, for use after a change that did not go through the portal: the STS itself links wallets. */
		readFreshStatus,

		/** Like `readFreshStatus`, but at most once in 250 ms: people can load a page any number of times. */
		readStatusForPage: (id: string, credential: Credential): Promise<SessionStatus> =>
			pageStatuses.read(id, () => readFreshStatus(id, credential)),

		/** Personal data, only for `/login/identity` in the owning browser, at most 250 ms old. Never logged. */
		readPerson: (id: string, credential: Credential): Promise<Person> =>
			persons.read(personalKey(id, credential), () => fetchPerson(id, credential)),

		/** Submits a wallet's response, which the Digital Credentials API has passed to the page. Never retried. */
		submitDcApi: (id: string, response: DcApiSubmission, credential: Credential): Promise<SubmittedResponse> =>
			changing(id, credential, async () => {
				const call = post('submitDcApi', sessionPath(id, 'dc-api'), credential, response);
				return readers.submitted(id, await ask(schemas.DcApiSubmittedResponse, call));
			}),

		/** Completes a `VERIFIED` session. Idempotent: for a session that is already completed the result is the same. */
		complete: (id: string, credential: Credential): Promise<CompleteResult> =>
			changing(id, credential, async () => {
				const response = await exchange(post('complete', sessionPath(id, 'complete'), credential));
				const { sessionId, result } = readCompletion(response);
				requireSameSession(id, sessionId);
				return result;
			}),

		/** `redirectUri` is the address to which the institution returns the browser. */
		initiateIdv: (id: string, wanted: { readonly redirectUri: string }, credential: Credential): Promise<IdvStart> =>
			changing(id, credential, async () => {
				const call = post('initiateIdv', sessionPath(id, 'idv', 'initiate'), credential, wanted);
				return readers.idvStart(id, await ask(schemas.IdvStartResponse, call));
			}),

		/** Forwards the institution's response; of the query, only OAuth's parameters. Never retried: a code can be used once. */
		finishIdv: (id: string, query: URLSearchParams, credential: Credential): Promise<IdvOutcome> =>
			changing(id, credential, async () => {
				const call = { ...get('finishIdv', idvCallbackPath, credential), query: callbackQuery(query) };
				try {
					return readers.idvOutcome(id, await ask(schemas.FinishedIdvResponse, { ...call, repeatable: false }));
				} catch (error) {
					throw finishProblem(query, error);
				}
			}),

		/** The status of identity verification, at most 250 ms old. The labels of candidates are personal data. */
		readIdvStatus: (id: string, credential: Credential): Promise<IdvStatus> =>
			idvStatuses.read(personalKey(id, credential), () => fetchIdvStatus(id, credential)),

		submitIdv: (id: string, submission: IdvSubmission, credential: Credential): Promise<IdvOutcome> =>
			changing(id, credential, async () => {
				const call = post('submitIdv', sessionPath(id, 'idv', 'submit'), credential, submission);
				return readers.idvOutcome(id, await ask(schemas.SubmittedIdvResponse, call));
			}),

		...createBindings(transport)
	};
}

/** If the institution reported an error, a 409 problem takes its code from that error, not from the Auth Bridge's response. */
function finishProblem(query: URLSearchParams, error: unknown): unknown {
	if (!query.has('error') || !(error instanceof Problem) || error.status !== 409) return error;
	return new Problem(query.get('error') === 'access_denied' ? 'idv_refused' : 'idv_failed', { facts: error.facts });
}

interface CompletionResponse {
	/** The session that the response names, if any. */
	readonly sessionId: string | null;
	readonly result: CompleteResult;
}

const SaysIdvRequired = v.object({ status: v.literal('IDV_REQUIRED') });

/**
 * Interprets a response to `complete`. If identity verification is required, the status is 202, or only the body says so.
 * @throws {Problem}
 */
function readCompletion(response: UpstreamResponse): CompletionResponse {
	if (readFault(response).status === 202 || v.is(SaysIdvRequired, response.json)) {
		const { sessionId, reason } = read(schemas.IdvNeededResponse, 'complete', { ...response, status: 202 });
		return { sessionId, result: { kind: 'idv_required', reason } };
	}
	try {
		const { sessionId } = read(schemas.CompletedResponse, 'complete', response);
		return { sessionId, result: { kind: 'completed' } };
	} catch (error) {
		if (isProblem(error, 'idv_required')) return { sessionId: null, result: { kind: 'idv_required', reason: null } };
		// The session is completed as requested: the STS may have done it first.
		if (isProblem(error, 'session_already_completed')) return { sessionId: null, result: { kind: 'completed' } };
		throw error;
	}
}
