/** Schemas for requests and responses of the wallet routes. The types of the endpoints are derived from them. */
import * as v from 'valibot';
import { DC_API_PROTOCOL } from '$lib/wallet/dc-api';
import { sessionStatuses, WALLET_SESSION_ID } from '$lib/wallet/wallet-session';
import { idvReasons } from '$lib/wallet/view';
import { config } from '../config';

export const SessionId = v.pipe(v.string(), v.regex(WALLET_SESSION_ID));

const status = v.picklist(sessionStatuses);
const reason = v.nullable(v.picklist(idvReasons));
const planType = v.nullable(v.string());
const expiresInMs = v.pipe(
	v.number(),
	v.minValue(0),
	v.description('Milliseconds until the wallet session expires; 0 if it has expired.')
);

/** The body of a request to create a session. `queryId` must be one of the configured query ids. */
export function sessionOptions() {
	const { queryIds } = config().wallet;
	return v.strictObject({
		queryId: queryIds.length > 0 ? v.optional(v.picklist(queryIds)) : v.optional(v.never()),
		forceReconciliation: v.optional(v.boolean())
	});
}

/** An empty body. */
export const Nothing = v.strictObject({});

const Bilingual = v.strictObject({ nl: v.string(), en: v.string() });

export const Created = v.strictObject({
	sessionId: SessionId,
	status: v.literal('PENDING'),
	requestUri: v.pipe(v.string(), v.description('Opens a wallet on this device, or is shown as a QR code.')),
	qrCodeDataUri: v.pipe(
		v.nullable(v.pipe(v.string(), v.startsWith('data:image/svg+xml'))),
		v.description('The QR code as an image; null if `requestUri` is too long for one.')
	),
	qrPageUri: v.pipe(v.string(), v.url(), v.description("The page that shows this browser's QR code.")),
	statusUri: v.pipe(
		v.string(),
		v.startsWith('/api/wallet/sessions/'),
		v.description('The path of the status, on the portal.')
	),
	expiresInMs,
	requestedClaims: v.exactOptional(
		v.pipe(
			v.array(v.strictObject({ path: v.array(v.union([v.string(), v.number(), v.null()])), label: Bilingual })),
			v.description('What the wallet is asked for, as paths of DCQL and labels for people; absent if it is not known.')
		)
	),
	dcApi: v.exactOptional(
		v.pipe(
			v.strictObject({
				requests: v.array(
					v.strictObject({ protocol: v.literal(DC_API_PROTOCOL), data: v.strictObject({ request: v.string() }) })
				)
			}),
			v.description(
				'`digital` of `navigator.credentials.get()` (Digital Credentials API). For browsers; absent if the Auth Bridge does not offer it.'
			)
		)
	)
});

export const ResponseSubmitted = v.strictObject({ sessionId: SessionId, status });

export const Status = v.strictObject({
	sessionId: SessionId,
	status,
	idvRequired: v.pipe(v.boolean(), v.description('Whether identity verification is needed before `complete`.')),
	idvRequirementReason: reason,
	reconciliationPlanType: planType,
	expiresInMs
});

export const Completed = v.strictObject({
	sessionId: SessionId,
	status: v.literal('COMPLETED'),
	continueUrl: v.string()
});

export const IdvNeeded = v.strictObject({ sessionId: SessionId, status: v.literal('IDV_REQUIRED'), reason });

export const IdvStarted = v.strictObject({
	sessionId: SessionId,
	redirectUrl: v.nullable(v.string()),
	planType,
	reason
});

export const IdvState = v.strictObject({
	sessionId: SessionId,
	status,
	planType,
	reason,
	candidates: v.exactOptional(v.array(v.strictObject({ id: v.string(), label: v.string() })))
});

export const IdvSubmitted = v.strictObject({ sessionId: SessionId, status });
