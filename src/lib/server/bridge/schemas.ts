import * as v from 'valibot';
import { readList } from '../upstream/lenient';
import {
	address,
	codesInText,
	flag,
	id,
	instant,
	isWebAddress,
	lenient,
	localised,
	optionalSessionId,
	reason,
	requestUri,
	sessionId,
	status,
	token
} from './fields';

/**
 * What is read from the Bridge's answers, in both dialects. Anything not named here is dropped: that is how personal
 * fields (`mappedClaims`, `claims`, `userId`) stay out.
 */

export const CreatedSessionAnswer = v.object({
	sessionId,
	status: lenient(status),
	requestUri,
	expiresAt: instant
});

export const StatusAnswer = v.object({
	sessionId: optionalSessionId,
	status,
	idvRequired: flag,
	idvRequirementReason: reason,
	reconciliationPlanType: token,
	errorCode: token,
	expiresAt: instant
});

/** One of these shows that `complete` did its work; all but the status are personal and go no further. */
export const CompletedAnswer = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		status: token,
		userId: lenient(id),
		claims: lenient(v.looseObject({}))
	}),
	v.check(({ status, userId, claims }) => status === 'COMPLETED' || userId !== null || claims !== null),
	v.transform(({ sessionId, status }) => ({ sessionId, status }))
);

/** The 202 of `complete`, and whatever else means the same. */
export const IdvNeededAnswer = v.pipe(
	v.object({ sessionId: optionalSessionId, reason, idvRequirementReason: reason }),
	v.transform(({ sessionId, reason, idvRequirementReason }) => ({ sessionId, reason: reason ?? idvRequirementReason }))
);

/** No address at all means "nothing to do" only in an answer that is recognisably one to `idv/initiate`. */
export const IdvStartAnswer = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		reconciliationSessionId: lenient(v.string()),
		redirectUrl: address,
		authorizationUrl: address,
		planType: token,
		idvRequirementReason: reason
	}),
	v.check((said) =>
		[said.sessionId, said.reconciliationSessionId, said.redirectUrl, said.authorizationUrl].some(
			(part) => part !== null
		)
	),
	v.transform(({ sessionId, redirectUrl, authorizationUrl, planType, idvRequirementReason }) => ({
		sessionId,
		redirectUrl: redirectUrl || authorizationUrl || null,
		planType,
		reason: idvRequirementReason
	})),
	v.check(({ redirectUrl }) => redirectUrl === null || isWebAddress(redirectUrl))
);

const Candidate = v.object({ id, label: localised });

export const IdvStatusAnswer = v.object({
	sessionId: optionalSessionId,
	status,
	planType: token,
	idvRequirementReason: reason,
	errorCode: token,
	message: codesInText,
	candidates: v.pipe(
		v.fallback(v.nullish(v.array(v.unknown()), []), []),
		v.transform((list) => readList('candidates', list, Candidate, { max: 50, keyOf: ({ id }) => id }))
	)
});

/** The session is not optional: it alone shows whose verification the code of a callback has finished. */
export const FinishedIdvAnswer = v.object({ sessionId, status, errorCode: token });
export const SubmittedIdvAnswer = v.object({ sessionId: optionalSessionId, status, errorCode: token });

const BindingAnswer = v.object({
	id,
	providerId: lenient(localised),
	institutionId: lenient(localised),
	createdAt: instant,
	lastUsedAt: instant
});

const MAX_BINDINGS = 200;

export const BindingsAnswer = v.pipe(
	v.union([
		v.nullable(v.array(v.unknown())),
		v.pipe(
			v.object({ bindings: v.nullable(v.array(v.unknown())) }),
			v.transform(({ bindings }) => bindings)
		)
	]),
	v.transform((list) => readList('bindings', list, BindingAnswer, { max: MAX_BINDINGS, keyOf: ({ id }) => id }))
);
