import type { IdvReason, Person } from '$lib/wallet/view';
import { isSessionStatusValue, type SessionStatusValue } from '$lib/wallet/wallet-session';
import { Problem, type ProblemCode } from '../http/problem';
import type { Localized } from '../upstream/lenient';
import { failureOf, failedIdvCodes } from './errors';
import type * as schemas from './schemas';
import * as v from 'valibot';
import { optionalSessionId, type RequestedClaim, status } from './schemas';

/** A session that a wallet can open. The QR code and the link contain `requestUri`. */
export interface CreatedSession {
	readonly sessionId: string;
	readonly requestUri: string;
	/** The remaining lifetime. */
	readonly expiresInMs: number;
	/** The same end by the Auth Bridge's clock, which may be wrong. Compare it only with `SessionStatus.bridgeExpiresAt`. */
	readonly bridgeExpiresAt: number | null;
	/** What the wallet is asked for; empty if the Auth Bridge does not say. */
	readonly requestedClaims: readonly RequestedClaim[];
	/** A signed request for the Digital Credentials API; null if the Auth Bridge does not offer one. */
	readonly dcRequest: string | null;
}

export interface SessionStatus {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly idvRequired: boolean;
	readonly idvRequirementReason: IdvReason | null;
	/** Such as `RUN_IDV`, `STEP_UP`, `FAIL_CLOSED` or `MANUAL_REVIEW`. Expect other values. */
	readonly reconciliationPlanType: string | null;
	/** Unix milliseconds, by the Auth Bridge's possibly wrong clock (`remainingMs` in `wallet/sessions.ts`); null if absent. */
	readonly bridgeExpiresAt: number | null;
	/** Why the session failed, as a problem code. For pages only; the API's response does not contain it. */
	readonly errorCode?: ProblemCode;
}

/** The state of the session after the response of a wallet was submitted. */
export interface SubmittedResponse {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
}

export type CompleteResult =
	{ readonly kind: 'completed' } | { readonly kind: 'idv_required'; readonly reason: IdvReason | null };

/** If `redirectUrl` is null, the person visits no page: they confirm at the portal, or the session can be completed now. */
export interface IdvStart {
	readonly sessionId: string;
	readonly redirectUrl: string | null;
	readonly planType: string | null;
	readonly reason: IdvReason | null;
}

export interface IdvStatus {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly planType: string | null;
	readonly reason: IdvReason | null;
	/** Labels are personal data, only for `/login/identity` in the owning browser. */
	readonly candidates: readonly { readonly id: string; readonly label: Localized }[];
	readonly errorCode?: ProblemCode;
}

/** The state of the session after the institution's response or a confirmation was accepted. */
export interface IdvOutcome {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
}

/** A wallet that is linked to a subject. Times are Unix milliseconds. */
export interface Binding {
	readonly id: string;
	readonly providerId: Localized | null;
	readonly institutionId: Localized | null;
	readonly createdAt: number | null;
	readonly lastUsedAt: number | null;
}

/** The lifetime of a session if the Auth Bridge sends none, or one that only a wrong clock explains. */
const SESSION_LIFETIME_MS = 300_000;
/** A session with a shorter lifetime could not be scanned in time. */
export const MIN_LIFETIME_MS = 30_000;
const MAX_LIFETIME_MS = 15 * 60_000;

type Parsed<Schema extends v.GenericSchema> = v.InferOutput<Schema>;

/** Normalizes parsed responses of the Auth Bridge, in either dialect. `id` is the requested session. */
export function createReaders(now: () => number, warn: Warn) {
	const statusOf = createStatusReader(warn);
	/** Only here are the two clocks compared. A lifetime outside the plausible range means that they differ. */
	function lifetimeMs(bridgeExpiresAt: number | null): number {
		const lifetime = bridgeExpiresAt === null ? NaN : bridgeExpiresAt - now();
		return lifetime >= MIN_LIFETIME_MS && lifetime <= MAX_LIFETIME_MS ? lifetime : SESSION_LIFETIME_MS;
	}

	return {
		created: (parsed: Parsed<typeof schemas.CreatedSessionResponse>): CreatedSession => ({
			sessionId: parsed.sessionId,
			requestUri: parsed.requestUri,
			expiresInMs: lifetimeMs(parsed.expiresAt),
			bridgeExpiresAt: parsed.expiresAt,
			requestedClaims: parsed.requestedClaims,
			dcRequest: parsed.dcApi
		}),

		status(id: string, parsed: Parsed<typeof schemas.StatusResponse>): SessionStatus {
			const status = statusOf(parsed.status);
			return {
				sessionId: requireSameSession(id, parsed.sessionId),
				status,
				idvRequired: parsed.idvRequired === true || status === 'IDV_REQUIRED',
				idvRequirementReason: parsed.idvRequirementReason,
				reconciliationPlanType: parsed.reconciliationPlanType,
				bridgeExpiresAt: parsed.expiresAt,
				...failure(parsed.errorCode)
			};
		},

		submitted: (id: string, parsed: Parsed<typeof schemas.DcApiSubmittedResponse>): SubmittedResponse => ({
			sessionId: requireSameSession(id, parsed.sessionId),
			status: statusOf(parsed.status)
		}),

		idvStart: (id: string, parsed: Parsed<typeof schemas.IdvStartResponse>): IdvStart => ({
			...parsed,
			sessionId: requireSameSession(id, parsed.sessionId)
		}),

		idvStatus: (id: string, parsed: Parsed<typeof schemas.IdvStatusResponse>): IdvStatus => ({
			sessionId: requireSameSession(id, parsed.sessionId),
			status: statusOf(parsed.status),
			planType: parsed.planType,
			reason: parsed.idvRequirementReason,
			candidates: parsed.candidates,
			...failure(parsed.errorCode, ...parsed.message)
		}),

		/** @throws {Problem} if the status says that identity verification failed: some services report that with a 200 */
		idvOutcome(
			id: string,
			parsed: Parsed<typeof schemas.FinishedIdvResponse | typeof schemas.SubmittedIdvResponse>
		): IdvOutcome {
			const sessionId = requireSameSession(id, parsed.sessionId);
			const status = statusOf(parsed.status);
			const code = failedIdvCodes[status];
			if (code === undefined) return { sessionId, status };
			const facts = { upstream: 'auth-bridge', sessionStatus: status };
			throw new Problem(failureOf(parsed.errorCode) ?? code, { facts });
		}
	};
}

/**
 * Checks that a response does not name another session: another person's data must not be used.
 * @returns the requested session id
 * @throws {Problem} `upstream_invalid`
 */
export function requireSameSession(requested: string, received: string | null): string {
	if (received !== null && received.toLowerCase() !== requested.toLowerCase()) {
		throw new Problem('upstream_invalid', { facts: { fault: 'foreign_session' } });
	}
	return requested;
}

/** The problem code of the first code that is known. */
function failure(...codes: readonly (string | null)[]): { readonly errorCode?: ProblemCode } {
	const code = codes.map(failureOf).find((known) => known !== undefined);
	return code === undefined ? {} : { errorCode: code };
}

export type Warn = (message: string, fields: Readonly<Record<string, unknown>>) => void;

/** The maximum number of unknown status values that are reported, of at most 40 characters each. */
const MAX_REPORTED = 50;

/** Normalizes status values. An unknown value is treated as `PENDING` and reported once. */
export function createStatusReader(warn: Warn): (status: string) => SessionStatusValue {
	const reported = new Set<string>();
	return (status) => {
		if (isSessionStatusValue(status)) return status;
		const word = /^[A-Z][A-Z0-9_]{0,39}$/.test(status) ? status : 'not a word';
		if (!reported.has(word) && reported.size < MAX_REPORTED) {
			reported.add(word);
			warn('the Auth Bridge sent an unknown session status', { status: word });
		}
		return 'PENDING';
	};
}

const LONGEST_TEXT = 200;

/**
 * The only schema that reads the wallet's personal data, for `/login/identity` alone. If a response does not name its session,
 * the person is empty.
 */
export const PersonResponse = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		/** Required, because every response that describes a session has a status. */
		status,
		mappedClaims: v.fallback(v.record(v.string(), v.unknown()), {})
	}),
	v.transform(({ sessionId, mappedClaims }) => ({
		sessionId,
		person: personFrom(sessionId === null ? {} : mappedClaims)
	}))
);

function personFrom(claims: Readonly<Record<string, unknown>>): Person {
	const givenName = firstText(claims.given_name, claims.givenName);
	const familyName = firstText(claims.family_name, claims.familyName);
	const birthdate = firstText(claims.birthdate, claims.birth_date, claims.birthDate);
	return {
		...(givenName === undefined ? {} : { givenName }),
		...(familyName === undefined ? {} : { familyName }),
		...(birthdate === undefined ? {} : { birthdate })
	};
}

/** The first value that has text. The texts of a list are joined, as for a person with two given names. */
function firstText(...values: readonly unknown[]): string | undefined {
	for (const value of values) {
		const parts = (Array.isArray(value) ? value : [value]).filter(
			(part) => typeof part === 'string' || typeof part === 'number'
		);
		const text = parts
			.join(' ')
			.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
			.trim();
		if (text !== '') return text.slice(0, LONGEST_TEXT);
	}
	return undefined;
}
