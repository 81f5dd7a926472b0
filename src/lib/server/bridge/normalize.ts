import type { IdvReason, Person } from '$lib/wallet/view';
import { isSessionStatusValue, type SessionStatusValue } from '$lib/wallet/session-status';
import { Problem, type ProblemCode } from '../http/problem';
import type { Localised } from '../upstream/lenient';
import { failureOf } from './errors';
import type * as schemas from './schemas';
import * as v from 'valibot';
import { optionalSessionId, status } from './schemas';

/** A session that a wallet can open. `requestUri` is what the QR code and the link hold. */
export interface CreatedSession {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly requestUri: string;
	/** How long it lives from now on. */
	readonly expiresInMs: number;
	/** The same end by the Bridge's clock, which may be wrong: to compare with `SessionStatus.expiresAt` only. */
	readonly expiresAt: number | null;
}

export interface SessionStatus {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly idvRequired: boolean;
	readonly idvRequirementReason: IdvReason | null;
	/** Such as `RUN_IDV`, `STEP_UP`, `FAIL_CLOSED` or `MANUAL_REVIEW`; other methods may come. */
	readonly reconciliationPlanType: string | null;
	/** Unix milliseconds by the Bridge's clock, which may be wrong (`remainingMs` in `wallet/sessions.ts`); null where it does not say. */
	readonly expiresAt: number | null;
	/** Why a session failed, in the portal's own codes; for pages, not part of the API's answer. */
	readonly errorCode?: ProblemCode;
}

export type CompleteResult =
	{ readonly kind: 'completed' } | { readonly kind: 'idv_required'; readonly reason: IdvReason | null };

/** `redirectUrl` null: there is nowhere to go; confirm by hand, or complete now. */
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
	/** Labels are personal data: for `/login/identity` and the owning browser only. */
	readonly candidates: readonly { readonly id: string; readonly label: Localised }[];
	readonly errorCode?: ProblemCode;
}

/** What a finished or submitted identity verification says of its session. */
export interface IdvOutcome {
	readonly sessionId: string;
	readonly status: SessionStatusValue;
	readonly errorCode?: ProblemCode;
}

/** A wallet that is linked to a subject. Times are ISO 8601. */
export interface Binding {
	readonly id: string;
	readonly providerId: Localised | null;
	readonly institutionId: Localised | null;
	readonly createdAt: string | null;
	readonly lastUsedAt: string | null;
}

/** How long a session lives where the Bridge does not say, or what it says can only be a wrong clock. */
const SESSION_LIFETIME_MS = 300_000;
/** A session that lives shorter than this could not be scanned in time. */
export const MIN_LIFETIME_MS = 30_000;
const MAX_LIFETIME_MS = 15 * 60_000;

type Said<Schema extends v.GenericSchema> = v.InferOutput<Schema>;

/** Turns what the Bridge said, in either dialect, into our own answers. `id` is the session that was asked for. */
export function createReaders(now: () => number, warn: Warn) {
	const statusOf = createStatusReader(warn);
	/** Two clocks are compared here and nowhere else: a difference that no session has is theirs. */
	function lifetimeMs(expiresAt: number | null): number {
		const lifetime = expiresAt === null ? NaN : expiresAt - now();
		return lifetime >= MIN_LIFETIME_MS && lifetime <= MAX_LIFETIME_MS ? lifetime : SESSION_LIFETIME_MS;
	}

	return {
		created: (said: Said<typeof schemas.CreatedSessionAnswer>): CreatedSession => ({
			sessionId: said.sessionId,
			status: statusOf(said.status ?? 'CREATED'),
			requestUri: said.requestUri,
			expiresInMs: lifetimeMs(said.expiresAt),
			expiresAt: said.expiresAt
		}),

		status(id: string, said: Said<typeof schemas.StatusAnswer>): SessionStatus {
			const status = statusOf(said.status);
			return {
				sessionId: own(id, said.sessionId),
				status,
				idvRequired: said.idvRequired === true || status === 'IDV_REQUIRED',
				idvRequirementReason: said.idvRequirementReason,
				reconciliationPlanType: said.reconciliationPlanType,
				expiresAt: said.expiresAt,
				...failure(said.errorCode)
			};
		},

		idvStart: (id: string, said: Said<typeof schemas.IdvStartAnswer>): IdvStart => ({
			...said,
			sessionId: own(id, said.sessionId)
		}),

		idvStatus: (id: string, said: Said<typeof schemas.IdvStatusAnswer>): IdvStatus => ({
			sessionId: own(id, said.sessionId),
			status: statusOf(said.status),
			planType: said.planType,
			reason: said.idvRequirementReason,
			candidates: said.candidates,
			...failure(said.errorCode, ...said.message)
		}),

		idvOutcome: (
			id: string,
			said: Said<typeof schemas.FinishedIdvAnswer | typeof schemas.SubmittedIdvAnswer>
		): IdvOutcome => ({
			sessionId: own(id, said.sessionId),
			status: statusOf(said.status),
			...failure(said.errorCode)
		})
	};
}

/**
 * The session asked for, provided that the answer names no other: another person's answer goes no further.
 * @throws {Problem} `upstream_invalid`.
 */
export function own(asked: string, answered: string | null): string {
	if (answered !== null && answered.toLowerCase() !== asked.toLowerCase()) {
		throw new Problem('upstream_invalid', { facts: { fault: 'foreign_session' } });
	}
	return asked;
}

/** The first of these that says why a session failed. */
function failure(...codes: readonly (string | null)[]): { readonly errorCode?: ProblemCode } {
	const code = codes.map(failureOf).find((known) => known !== undefined);
	return code === undefined ? {} : { errorCode: code };
}

export type Warn = (message: string, fields: Readonly<Record<string, unknown>>) => void;

/** Words of at most 40 characters. */
const MAX_REPORTED = 50;

/** Reads status values. One that isn't listed counts as "still waiting", and is reported once. */
export function createStatusReader(warn: Warn): (status: string) => SessionStatusValue {
	const reported = new Set<string>();
	return (status) => {
		if (isSessionStatusValue(status)) return status;
		const word = /^[A-Z][A-Z0-9_]{0,39}$/.test(status) ? status : 'not a word';
		if (!reported.has(word) && reported.size < MAX_REPORTED) {
			reported.add(word);
			warn('the Auth Bridge knows a session status that the portal does not', { status: word });
		}
		return 'PENDING';
	};
}

const LONGEST_TEXT = 200;

/**
 * The one reader of the wallet's personal data: for the screen on `/login/identity`, and nothing else. A response that does
 * not say whose session it describes shows nobody.
 */
export const PersonAnswer = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		/** Every response that describes a session has one. */
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

/** The first usable text; a list is several texts, as for a person with two given names. */
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
