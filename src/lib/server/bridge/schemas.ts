import * as v from 'valibot';
import { idvReasons } from '$lib/wallet/view';
import { DC_API_PROTOCOL } from '$lib/wallet/dc-api';
import { isSessionStatusValue, isWalletSessionId } from '$lib/wallet/wallet-session';
import {
	EntryId,
	isHttpUrl,
	type Localized,
	optionalList,
	readBoolean,
	readInstant,
	readList,
	readLocalized
} from '../upstream/lenient';
import { codesInText } from './errors';

const MAX_TEXT = 200;

/** For an optional field: null if the value is absent or invalid. */
const lenient = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.nullable(schema), null);

const token = lenient(v.pipe(v.string(), v.toUpperCase(), v.regex(/^[A-Z][A-Z0-9_]{0,63}$/)));
const reason = lenient(v.pipe(v.string(), v.toUpperCase(), v.picklist(idvReasons)));
export const status = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.toUpperCase());
const sessionId = v.pipe(v.string(), v.check(isWalletSessionId));
/** For responses that may omit the session. If it is not the requested one, `requireSameSession` in `normalize.ts` rejects the response. */
export const optionalSessionId = lenient(v.pipe(v.string(), v.trim(), v.nonEmpty()));
const id = v.pipe(EntryId, v.maxLength(MAX_TEXT));
/** A boolean in any format that `readBoolean` accepts; null for anything else. */
const flag = v.optional(
	v.pipe(
		v.unknown(),
		v.transform((value) => readBoolean(value) ?? null)
	),
	null
);
const localizedOf = (maxLength: number) =>
	v.pipe(
		v.unknown(),
		v.transform((value) => readLocalized(typeof value === 'number' ? String(value) : value, maxLength)),
		v.custom<Localized>((value) => value !== undefined)
	);
/** A text for people, in each language of the portal. A number is read as a text. */
const localized = localizedOf(MAX_TEXT);
/** Not lenient: an invalid address must not count as "no address", which means that there is no page to visit. */
const address = v.nullish(v.pipe(v.string(), v.trim(), v.maxLength(4096)), null);

/** Unix time in whole milliseconds. */
const instant = lenient(v.pipe(v.unknown(), v.transform(readInstant), v.number()));

// Schemes that a browser executes or opens itself: such a link does not open a wallet.
const BROWSER_SCHEME = /^(?:javascript|data|vbscript|blob|file|about|view-source):/i;

// About three times the capacity of a QR code: enough for a request by value with its certificates.
const requestUri = v.pipe(
	v.string(),
	v.trim(),
	v.maxBytes(8192),
	v.check((text) => URL.canParse(text) && !BROWSER_SCHEME.test(new URL(text).protocol))
);

const MAX_CLAIMS = 20;
const MAX_CLAIM_LABEL = 80;
const MAX_CLAIM_PATH = 10;

/** A claims path of DCQL (OpenID4VP 1.0, section 7): names, indices, and null for all elements of a list. */
export const ClaimPath = v.pipe(
	v.array(
		v.union([v.pipe(v.string(), v.maxLength(MAX_TEXT)), v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.null()])
	),
	v.minLength(1),
	v.maxLength(MAX_CLAIM_PATH)
);

const RequestedClaim = v.object({ path: ClaimPath, label: localizedOf(MAX_CLAIM_LABEL) });
/** A claim that the wallet is asked for, and what people call it. */
export type RequestedClaim = v.InferOutput<typeof RequestedClaim>;

/** Claims with the same label are one claim to a person. */
const requestedClaims = optionalList('requestedClaims', RequestedClaim, {
	max: MAX_CLAIMS,
	keyOf: ({ label }) => JSON.stringify(label)
});

/** The maximum length of a signed request for the Digital Credentials API. Certificates are its largest part. */
const MAX_DC_REQUEST = 16_384;

const DcApiRequest = v.object({
	protocol: v.literal(DC_API_PROTOCOL),
	data: v.object({
		/** A JWS in compact serialization (RFC 7515, section 7.1). */
		request: v.pipe(v.string(), v.maxLength(MAX_DC_REQUEST), v.regex(/^[\w-]+\.[\w-]+\.[\w-]+$/))
	})
});

const dcApiRequests = optionalList('dcApi.requests', DcApiRequest, { max: 1, keyOf: ({ protocol }) => protocol });

/** The first request with a protocol that the portal supports; null if there is none. */
const dcApi = v.pipe(
	v.fallback(v.nullish(v.object({ requests: dcApiRequests }), null), null),
	v.transform((offer) => offer?.requests[0]?.data.request ?? null)
);

// Below are the fields that are read from responses of the Auth Bridge, in both dialects. All other fields are dropped,
// personal data (`mappedClaims`, `claims`, `userId`) included.

export const CreatedSessionResponse = v.object({
	sessionId,
	requestUri,
	expiresAt: instant,
	requestedClaims,
	dcApi
});

export const StatusResponse = v.object({
	sessionId: optionalSessionId,
	status,
	idvRequired: flag,
	idvRequirementReason: reason,
	reconciliationPlanType: token,
	errorCode: token,
	expiresAt: instant
});

/**
 * The status proves that `complete` succeeded. Without one, or with one that does not contradict it, `userId` or `claims`
 * does. The last two are personal data and are dropped.
 */
export const CompletedResponse = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		status: token,
		userId: lenient(id),
		claims: lenient(v.looseObject({}))
	}),
	v.check(({ status, userId, claims }) => {
		if (status === 'COMPLETED') return true;
		// A service may report the state from before the completion, or a word of its own.
		const isRefuted = status !== null && status !== 'VERIFIED' && isSessionStatusValue(status);
		return !isRefuted && (userId !== null || claims !== null);
	}),
	v.transform(({ sessionId, status }) => ({ sessionId, status }))
);

/** The 202 response to `complete`, or another response with the same meaning. */
export const IdvNeededResponse = v.pipe(
	v.object({ sessionId: optionalSessionId, reason, idvRequirementReason: reason }),
	v.transform(({ sessionId, reason, idvRequirementReason }) => ({ sessionId, reason: reason ?? idvRequirementReason }))
);

/** A missing address means that there is no page to visit, but only in a response that is clearly one to `idv/initiate`. */
export const IdvStartResponse = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		reconciliationSessionId: lenient(v.string()),
		redirectUrl: address,
		authorizationUrl: address,
		planType: token,
		idvRequirementReason: reason
	}),
	v.check((parsed) =>
		[parsed.sessionId, parsed.reconciliationSessionId, parsed.redirectUrl, parsed.authorizationUrl].some(
			(part) => part !== null
		)
	),
	v.transform(({ sessionId, redirectUrl, authorizationUrl, planType, idvRequirementReason }) => ({
		sessionId,
		redirectUrl: redirectUrl || authorizationUrl || null,
		planType,
		reason: idvRequirementReason
	})),
	v.check(({ redirectUrl }) => redirectUrl === null || isHttpUrl(redirectUrl))
);

export const DcApiSubmittedResponse = v.object({ sessionId: optionalSessionId, status });

const Candidate = v.object({ id, label: localized });

export const IdvStatusResponse = v.object({
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

/** `sessionId` is required: only this field shows whose identity verification the code of a callback has finished. */
export const FinishedIdvResponse = v.object({ sessionId, status, errorCode: token });
export const SubmittedIdvResponse = v.object({ sessionId: optionalSessionId, status, errorCode: token });

const BindingResponse = v.object({
	id,
	providerId: lenient(localized),
	institutionId: lenient(localized),
	createdAt: instant,
	lastUsedAt: instant
});

const MAX_BINDINGS = 200;

export const BindingsResponse = v.pipe(
	v.union([
		v.nullable(v.array(v.unknown())),
		v.pipe(
			v.object({ bindings: v.nullable(v.array(v.unknown())) }),
			v.transform(({ bindings }) => bindings)
		)
	]),
	v.transform((list) => readList('bindings', list, BindingResponse, { max: MAX_BINDINGS, keyOf: ({ id }) => id }))
);
