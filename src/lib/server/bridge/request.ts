import { sleep } from '../clock';
import { Problem, toProblem } from '../http/problem';
import {
	callUpstream,
	parseResponse,
	type UpstreamAuthorization,
	type UpstreamResponse,
	upstreamUrl,
	type Send
} from '../upstream/client';
import { upstreamCall } from '../upstream/tracing';
import { type Operation, problemOf } from './errors';
import { UpstreamError } from '../http/upstream-error';
import { DC_API_PROTOCOL } from '$lib/wallet/dc-api';
import { isWalletSessionId } from '$lib/wallet/wallet-session';
import * as v from 'valibot';

/** Who makes a request: its authorization, and the ids that link log lines and traces. */
export interface Credential {
	readonly authorization?: UpstreamAuthorization | undefined;
	/** The `sub` of the signed-in person. Personal data is not shared between the reads of several people. */
	readonly person?: string | undefined;
	readonly requestId: string;
	readonly traceparent?: (() => string) | undefined;
}

export interface TransportOptions {
	/** The base address. If it has a path, all requests are below that path. */
	readonly url: string;
	readonly timeoutMs: number;
	readonly maxBytes: number;
	readonly send?: Send | undefined;
	/** Waits before a read is retried. */
	readonly pause?: ((milliseconds: number) => Promise<void>) | undefined;
}

interface BridgeCall {
	readonly operation: Operation;
	readonly method: 'GET' | 'POST' | 'DELETE';
	readonly segments: readonly string[];
	readonly credential: Credential;
	readonly query?: URLSearchParams;
	readonly body?: object;
	/** Whether the request may be retried. Only for reads without side effects. */
	readonly repeatable?: boolean;
}

const RETRY_PAUSE_MS = 100;

export type Transport = ReturnType<typeof createTransport>;

/** All requests to the Auth Bridge go through this. Everything that it throws is a {@link Problem}. */
export function createTransport(options: TransportOptions) {
	const base = new URL(options.url);
	const { timeoutMs, maxBytes, pause = sleep } = options;

	function attempt(call: BridgeCall, authorization: string | undefined): Promise<UpstreamResponse> {
		const { operation, credential } = call;
		const name = { upstream: 'auth-bridge', operation, traceparent: credential.traceparent?.() } as const;
		return upstreamCall(name, (traceparent) =>
			callUpstream({
				method: call.method,
				url: upstreamUrl(base, call.segments, call.query),
				headers: headersOf(call, authorization, traceparent),
				body: call.body && JSON.stringify(call.body),
				timeoutMs,
				maxBytes,
				// A request that consumes something gets a new connection, even if it is a GET.
				reuse: call.repeatable === true,
				send: options.send
			})
		);
	}

	/** The response, whatever its status. After a 401, sends the request once more if a new token is available. */
	async function exchange(call: BridgeCall): Promise<UpstreamResponse> {
		const { authorization } = call.credential;
		const response = await repeated(call, await authorization?.current());
		const refreshed = response.status === 401 ? await authorization?.refresh() : null;
		return refreshed ? repeated(call, refreshed) : response;
	}

	/** Sends a request, and retries a read once if `worthRepeating`. */
	async function repeated(call: BridgeCall, authorization: string | undefined): Promise<UpstreamResponse> {
		const first = await settle(attempt(call, authorization));
		if (!call.repeatable || !worthRepeating(first)) return unwrapped(call.operation, first);
		await pause(RETRY_PAUSE_MS);
		return unwrapped(call.operation, await settle(attempt(call, authorization)));
	}

	/** The parsed body of a 2xx response. */
	async function ask<Schema extends v.GenericSchema>(schema: Schema, call: BridgeCall): Promise<v.InferOutput<Schema>> {
		return read(schema, call.operation, await exchange(call));
	}

	return { exchange, ask };
}

export function get(operation: Operation, segments: readonly string[], credential: Credential): BridgeCall {
	return { operation, method: 'GET', segments, credential, repeatable: true };
}

export function post(
	operation: Operation,
	segments: readonly string[],
	credential: Credential,
	body?: object
): BridgeCall {
	return { operation, method: 'POST', segments, credential, ...(body && { body }) };
}

/** @throws {Problem} unless the status is 2xx */
export function assertValid(operation: Operation, response: UpstreamResponse): void {
	if (response.status < 200 || response.status > 299) throw problemOf(operation, response);
}

/**
 * Parses the body of a 2xx response.
 * @throws {Problem} for any other status, and for a body that does not match the schema
 */
export function read<Schema extends v.GenericSchema>(
	schema: Schema,
	operation: Operation,
	response: UpstreamResponse
): v.InferOutput<Schema> {
	assertValid(operation, response);
	try {
		return parseResponse(schema, response);
	} catch (error) {
		throw withOperation(operation, error, response.status);
	}
}

function headersOf(
	{ credential, body }: BridgeCall,
	authorization: string | undefined,
	traceparent: string | undefined
): Record<string, string> {
	return {
		'x-request-id': credential.requestId,
		...(traceparent === undefined ? {} : { traceparent }),
		...(authorization === undefined ? {} : { authorization }),
		...(body === undefined ? {} : { 'content-type': 'application/json' })
	};
}

/** The result of one attempt. */
type Attempt = { readonly response: UpstreamResponse } | { readonly error: unknown };

async function settle(response: Promise<UpstreamResponse>): Promise<Attempt> {
	try {
		return { response: await response };
	} catch (error) {
		return { error };
	}
}

/** Not after a timeout, because the caller has waited long enough, nor after a 500, because it may mean "not found". */
function worthRepeating(attempt: Attempt): boolean {
	if ('response' in attempt) return attempt.response.status === 502 || attempt.response.status === 503;
	return attempt.error instanceof UpstreamError && ['unreachable', 'cut_off'].includes(attempt.error.code);
}

/** The response. @throws the error of the attempt; an `UpstreamError` as a {@link Problem} that names the operation */
function unwrapped(operation: Operation, attempt: Attempt): UpstreamResponse {
	if ('response' in attempt) return attempt.response;
	throw withOperation(operation, attempt.error);
}

/** @param upstreamStatus HTTP status of a response that could not be read */
function withOperation(operation: Operation, error: unknown, upstreamStatus?: number): unknown {
	if (!(error instanceof UpstreamError)) return error;
	const { code, facts } = toProblem(error);
	const status = upstreamStatus === undefined ? {} : { upstreamStatus };
	return new Problem(code, { facts: { ...facts, upstream: 'auth-bridge', operation, ...status } });
}

export const sessionsPath = ['auth', 'oid4vp', 'sessions'] as const;
export const idvCallbackPath = ['auth', 'oid4vp', 'idv', 'callback'] as const;
/** `iss` is for the Auth Bridge, the client of the institution, to compare (RFC 9207 2.4). */
const CALLBACK_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description'];

/** Keeps only OAuth's own parameters, and of each its first value. */
export function callbackQuery(query: URLSearchParams): URLSearchParams {
	const passedOn = new URLSearchParams();
	for (const name of CALLBACK_PARAMETERS) {
		const value = query.get(name);
		if (value !== null) passedOn.set(name, value);
	}
	return passedOn;
}

/** @throws {Problem} `not_found` if `id` is not a wallet session id */
export function sessionPath(id: string, ...rest: readonly string[]): readonly string[] {
	if (!isWalletSessionId(id)) throw new Problem('not_found');
	return [...sessionsPath, id, ...rest];
}

export function bindingsPath(subject: string, ...rest: readonly string[]): readonly string[] {
	return ['internal', 'bindings', subject, ...rest];
}

const shortText = v.pipe(v.string(), v.nonEmpty(), v.maxLength(200));

/** The body of the request to create a session. `oauthSessionId` is the `user.id` of a signed-in session. */
export interface CreateSession {
	readonly queryId?: string | undefined;
	readonly oauthSessionId?: string | undefined;
	readonly forceReconciliation?: boolean | undefined;
}

const fields = v.pipe(v.record(shortText, v.pipe(v.string(), v.maxLength(1000))), v.maxEntries(30));

/** A person's manual confirmation: exactly one of the three. The body of `idv/submit`, at the portal and at the Auth Bridge. */
export const IdvSubmission = v.pipe(
	v.union([
		v.pipe(v.strictObject({ confirm: v.literal(true) }), v.title('Confirmation')),
		v.pipe(v.strictObject({ candidateId: shortText }), v.title('CandidateChoice')),
		v.pipe(v.strictObject({ fields }), v.title('IdentityFields'))
	]),
	v.title('IdentityConfirmation')
);
export type IdvSubmission = v.InferOutput<typeof IdvSubmission>;

/** A JWE in compact serialization (RFC 7516, section 7.1). The encrypted key is empty with `ECDH-ES`. */
const CompactJwe = v.pipe(v.string(), v.regex(/^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/));

/** A wallet's encrypted response (OpenID4VP 1.0, appendix A): the body of `dc-api`, at the portal and at the Auth Bridge. */
export const DcApiSubmission = v.pipe(
	v.strictObject({ protocol: v.literal(DC_API_PROTOCOL), data: v.strictObject({ response: CompactJwe }) }),
	v.title('DigitalCredentialResponse')
);
export type DcApiSubmission = v.InferOutput<typeof DcApiSubmission>;
