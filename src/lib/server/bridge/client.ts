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
	type Warn,
	type Binding
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
	sessionsPath,
	assertValid,
	bindingsPath,
	type Transport
} from './request';
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

const MAX_AGE_MS = 250;
/** The maximum size of the cache of each kind of read. */
export const MAX_SHARED_BYTES = 16 * 1024 ** 2;
const sharedLimits = { maxBytes: MAX_SHARED_BYTES, bytesOf: (value: unknown) => JSON.stringify(value).length };

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
	const statuses = createSharedReads<SessionStatus>({ maxAgeMs: MAX_AGE_MS, ...sharedLimits, now });
	// The labels of candidates are personal data, so only reads in flight are shared and nothing is cached.
	const idvStatuses = createSharedReads<IdvStatus>({ maxAgeMs: 0, ...sharedLimits, now });

	/** Runs work that changes a session. Responses from before the change are not used afterwards. */
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
		readFreshStatus(id: string, credential: Credential): Promise<SessionStatus> {
			statuses.forget(id);
			return statuses.read(id, () => fetchStatus(id, credential));
		},

		/** Personal data, only for `/login/identity` in the owning browser. Never shared between callers, cached or logged. */
		async readPerson(id: string, credential: Credential): Promise<Person> {
			const parsed = await ask(PersonResponse, get('readStatus', sessionPath(id, 'status'), credential));
			requireSameSession(id, parsed.sessionId);
			return parsed.person;
		},

		/** Submits a wallet's response, which the Digital Credentials API has passed to the page. Never retried. */
		submitDcApi: (id: string, response: DcApiSubmission, credential: Credential): Promise<SubmittedResponse> =>
			changing(id, async () => {
				const call = post('submitDcApi', sessionPath(id, 'dc-api'), credential, response);
				return readers.submitted(id, await ask(schemas.DcApiSubmittedResponse, call));
			}),

		/** Completes a `VERIFIED` session. Idempotent: for a session that is already completed the result is the same. */
		complete: (id: string, credential: Credential): Promise<CompleteResult> =>
			changing(id, async () => {
				const response = await exchange(post('complete', sessionPath(id, 'complete'), credential));
				const { sessionId, result } = readCompletion(response);
				requireSameSession(id, sessionId);
				return result;
			}),

		/** `redirectUri` is the address to which the institution returns the browser. */
		initiateIdv: (id: string, wanted: { readonly redirectUri: string }, credential: Credential): Promise<IdvStart> =>
			changing(id, async () => {
				const call = post('initiateIdv', sessionPath(id, 'idv', 'initiate'), credential, wanted);
				return readers.idvStart(id, await ask(schemas.IdvStartResponse, call));
			}),

		/** Forwards the institution's response; of the query, only OAuth's parameters. Never retried: a code can be used once. */
		finishIdv: (id: string, query: URLSearchParams, credential: Credential): Promise<IdvOutcome> =>
			changing(id, async () => {
				const call = { ...get('finishIdv', idvCallbackPath, credential), query: callbackQuery(query) };
				try {
					return readers.idvOutcome(id, await ask(schemas.FinishedIdvResponse, { ...call, repeatable: false }));
				} catch (error) {
					throw finishProblem(query, error);
				}
			}),

		/** Concurrent callers share one read. */
		readIdvStatus: (id: string, credential: Credential): Promise<IdvStatus> =>
			idvStatuses.read(id, () => fetchIdvStatus(id, credential)),

		submitIdv: (id: string, submission: IdvSubmission, credential: Credential): Promise<IdvOutcome> =>
			changing(id, async () => {
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

/** Lists the wallets that are linked to a subject, and unlinks one. */
function createBindings({ ask, exchange }: Transport) {
	/** The result is empty for a subject that the Auth Bridge does not know. */
	async function listBindings(subject: string, credential: Credential): Promise<readonly Binding[]> {
		try {
			return await ask(schemas.BindingsResponse, get('listBindings', bindingsPath(subject), credential));
		} catch (error) {
			if (isProblem(error, 'not_found', 'no_match')) return [];
			throw error;
		}
	}

	/**
	 * Removes a binding only if it is in the subject's list: the Auth Bridge deletes any binding without checking its owner.
	 * @throws {Problem} `not_found` for a binding that is not in the list, also if another request has just removed it
	 */
	async function removeBinding(subject: string, bindingId: string, credential: Credential): Promise<void> {
		const isListed = async () => (await listBindings(subject, credential)).some(({ id }) => id === bindingId);
		if (!(await isListed())) throw new Problem('not_found');
		const segments = bindingsPath(subject, bindingId);
		const response = await exchange({ operation: 'removeBinding', method: 'DELETE', segments, credential });
		try {
			assertValid('removeBinding', response);
		} catch (error) {
			if (!isProblem(error, 'not_found') || !(await isListed())) throw error;
			throw new Problem('upstream_invalid', { facts: error.facts });
		}
	}

	return { listBindings, removeBinding };
}
