import * as v from 'valibot';
import { idvReasons } from '$lib/wallet/view';
import { isWalletSessionId } from '$lib/wallet/wallet-session-id';

/**
 * What is read from the Bridge's answers, in both dialects. Anything not named here is dropped: that is how personal
 * fields (`mappedClaims`, `claims`, `userId`) stay out. A field we can do without becomes null when it is malformed.
 */
const lenient = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.nullable(schema), null);

const token = lenient(v.pipe(v.string(), v.toUpperCase(), v.regex(/^[A-Z][A-Z0-9_]{0,63}$/)));
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
const reason = lenient(v.pipe(v.string(), v.toUpperCase(), v.picklist(idvReasons)));
const status = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.toUpperCase());
const sessionId = v.pipe(v.string(), v.check(isWalletSessionId));
/** Where a dialect leaves it out; the client refuses one that is not the session asked for. */
const optionalSessionId = lenient(v.string());
const shortText = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(200));
const id = v.pipe(
	v.union([v.string(), v.number()]),
	v.transform((value) => String(value)),
	shortText
);
/** Not lenient: an address that can't be used must not pass for "there is nowhere to go". */
const address = v.nullish(v.pipe(v.string(), v.trim(), v.maxLength(4096)), null);
const isWebAddress = (text: string) => /^https?:\/\//i.test(text) && URL.canParse(text);

/** Unix time in milliseconds, from a number, a text of digits or an ISO 8601 text. */
const instant = lenient(
	v.pipe(
		v.union([v.number(), v.string()]),
		v.transform((value) => (typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Date.parse(value))),
		v.number(),
		v.minValue(0),
		v.maxValue(8.64e15)
	)
);

// Schemes that a browser runs or reads itself: such a link would not open a wallet.
const BROWSER_SCHEME = /^(?:javascript|data|vbscript|blob|file|about|view-source):/i;

// 2000 bytes fit a QR code with error correction to spare.
const requestUri = v.pipe(
	v.string(),
	v.trim(),
	v.maxBytes(2000),
	v.check((text) => URL.canParse(text) && !BROWSER_SCHEME.test(new URL(text).protocol))
);

export const CreatedSessionAnswer = v.object({
	sessionId,
	status: lenient(status),
	requestUri,
	expiresAt: instant
});

export const StatusAnswer = v.object({
	sessionId,
	status,
	idvRequired: lenient(v.boolean()),
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

const Candidate = v.object({ id, label: shortText });

export const IdvStatusAnswer = v.object({
	sessionId,
	status,
	planType: token,
	idvRequirementReason: reason,
	errorCode: token,
	message: codesInText,
	candidates: v.fallback(v.pipe(v.array(lenient(Candidate)), v.maxLength(50)), [])
});

export const FinishedIdvAnswer = v.object({ sessionId, status, errorCode: token });
export const SubmittedIdvAnswer = v.object({ sessionId: optionalSessionId, status, errorCode: token });

const BindingAnswer = v.object({
	id,
	providerId: lenient(shortText),
	institutionId: lenient(shortText),
	createdAt: instant,
	lastUsedAt: instant
});

export const BindingsAnswer = v.union([
	v.array(BindingAnswer),
	v.pipe(
		v.object({ bindings: v.array(BindingAnswer) }),
		v.transform(({ bindings }) => bindings)
	)
]);
