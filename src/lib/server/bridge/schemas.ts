import * as v from 'valibot';
import { idvReasons } from '$lib/wallet/view';
import { isWalletSessionId } from '$lib/wallet/wallet-session-id';
import { EntryId, type Localised, readBoolean, readList, readLocalised } from '../upstream/lenient';

const MAX_TEXT = 200;

/** A field we can do without becomes null when it is malformed. */
export const lenient = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.nullable(schema), null);

export const token = lenient(v.pipe(v.string(), v.toUpperCase(), v.regex(/^[A-Z][A-Z0-9_]{0,63}$/)));
/**
 * The words of a text for people that may be codes: a word alone, or words joined by underscores. Anything else in such
 * a text, session ids and names among it, goes no further; which of the words are codes, the table of errors knows.
 */
const codesInText = v.fallback(
	v.pipe(
		v.string(),
		v.maxLength(1000),
		v.transform((text) => {
			const words = /^\s*[a-z]\w{0,63}\s*$/i.test(text) ? [text.trim()] : text.match(/\b[a-z]+(?:_[a-z]+)+\b/gi);
			return (words ?? []).map((word) => word.toUpperCase());
		})
	),
	[]
);
export const reason = lenient(v.pipe(v.string(), v.toUpperCase(), v.picklist(idvReasons)));
export const status = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.toUpperCase());
export const sessionId = v.pipe(v.string(), v.check(isWalletSessionId));
/** Where a response may leave it out; the client refuses one that is not the requested session (`own` in `readers.ts`). */
export const optionalSessionId = lenient(v.pipe(v.string(), v.trim(), v.nonEmpty()));
export const shortText = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(MAX_TEXT));
export const id = v.pipe(EntryId, v.maxLength(MAX_TEXT));
/** A yes or no; null for anything else. */
export const flag = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => readBoolean(value) ?? null)
	),
	null
);
/** A text for people, in each language of the portal; a number counts as a text. */
const localised = v.pipe(
	v.unknown(),
	v.transform((value) => readLocalised(typeof value === 'number' ? String(value) : value, MAX_TEXT)),
	v.custom<Localised>((value) => value !== undefined)
);
/** Not lenient: an address that can't be used must not pass for "there is nowhere to go". */
export const address = v.nullish(v.pipe(v.string(), v.trim(), v.maxLength(4096)), null);
export const isWebAddress = (text: string) => /^https?:\/\//i.test(text) && URL.canParse(text);

/** Below this a number is a time in seconds: as milliseconds it would be before March 1973. */
const MAX_SECONDS = 1e11;

/** Unix time in milliseconds, from a number (also of seconds), a text of digits or an ISO 8601 text. */
export const instant = lenient(
	v.pipe(
		v.union([v.number(), v.string()]),
		v.transform((value) => (typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Date.parse(value))),
		v.number(),
		v.transform((value) => (value < MAX_SECONDS ? value * 1000 : value)),
		v.minValue(0),
		v.maxValue(8.64e15)
	)
);

// Schemes that a browser runs or reads itself: such a link would not open a wallet.
const BROWSER_SCHEME = /^(?:javascript|data|vbscript|blob|file|about|view-source):/i;

// Three times what fits a QR code: a request by value, with its certificates.
export const requestUri = v.pipe(
	v.string(),
	v.trim(),
	v.maxBytes(8192),
	v.check((text) => URL.canParse(text) && !BROWSER_SCHEME.test(new URL(text).protocol))
);

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
