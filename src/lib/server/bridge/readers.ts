import type * as v from 'valibot';
import { Problem, type ProblemCode } from '../http/problem';
import type { CreatedSession, IdvOutcome, IdvStart, IdvStatus, SessionStatus } from './answers';
import { failureOf } from './errors';
import type * as schemas from './schemas';
import { createStatusReader, type Warn } from './status-reader';

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
