/**
 * Schemas for requests and responses of the wallet routes. The types of the endpoints are derived from them. A title names a
 * schema in the description.
 */
import * as v from 'valibot';
import { DC_API_PROTOCOL } from '$lib/wallet/dc-api';
import { sessionStatuses, WALLET_SESSION_ID } from '$lib/wallet/wallet-session';
import { idvReasons } from '$lib/wallet/view';
import { config } from '../config';
import { ProblemCode } from './route';

export const SessionId = v.pipe(v.string(), v.regex(WALLET_SESSION_ID), v.title('WalletSessionId'));

const status = v.pipe(
	v.picklist(sessionStatuses),
	v.title('WalletSessionStatus'),
	v.description(
		'At `VERIFIED`, complete the session. `COMPLETED`, `EXPIRED`, `FAILED`, `ERROR` and `VP_VALIDATION_FAILED` are final.'
	)
);
const reason = v.nullable(
	v.pipe(
		v.picklist(idvReasons),
		v.title('IdentityVerificationReason'),
		v.description('Why identity verification is needed.')
	)
);
const planType = v.nullable(v.string());
const expiresInMs = v.pipe(
	v.number(),
	v.minValue(0),
	v.description('Milliseconds until the wallet session expires; 0 if it has expired.')
);

/** The body of a request to create a session. `queryId` must be one of the configured query ids. */
export function sessionOptions() {
	const { queryIds } = config().wallet;
	return v.pipe(
		v.strictObject({
			queryId: queryIds.length > 0 ? v.optional(v.picklist(queryIds)) : v.optional(v.never()),
			forceReconciliation: v.optional(v.boolean())
		}),
		v.title('WalletSessionOptions')
	);
}

/** An empty body. */
export const Nothing = v.pipe(v.strictObject({}), v.title('Empty'));

const Bilingual = v.pipe(v.strictObject({ nl: v.string(), en: v.string() }), v.title('BilingualText'));
const RequestedClaim = v.pipe(
	v.strictObject({ path: v.array(v.union([v.string(), v.number(), v.null()])), label: Bilingual }),
	v.title('RequestedClaim')
);
/** `digital` of `navigator.credentials.get()`. */
const DcApiRequest = v.pipe(
	v.strictObject({
		requests: v.array(
			v.strictObject({ protocol: v.literal(DC_API_PROTOCOL), data: v.strictObject({ request: v.string() }) })
		)
	}),
	v.title('DigitalCredentialRequest'),
	v.description('`digital` of `navigator.credentials.get()` (Digital Credentials API). For browsers.')
);

export const Created = v.pipe(
	v.strictObject({
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
				v.array(RequestedClaim),
				v.description(
					'What the wallet is asked for, as paths of DCQL and labels for people; absent if it is not known.'
				)
			)
		),
		dcApi: v.exactOptional(DcApiRequest)
	}),
	v.title('WalletSession'),
	v.description(
		'A new wallet session. `dcApi` is absent if the Auth Bridge does not offer the Digital Credentials API.'
	)
);

export const Status = v.pipe(
	v.strictObject({
		sessionId: SessionId,
		status,
		idvRequired: v.pipe(v.boolean(), v.description('Whether identity verification is needed before `complete`.')),
		idvRequirementReason: reason,
		reconciliationPlanType: planType,
		expiresInMs
	}),
	v.title('WalletSessionState')
);

/** What became of a session after a wallet's response or a person's confirmation. */
export const NewStatus = v.pipe(v.strictObject({ sessionId: SessionId, status }), v.title('NewWalletSessionStatus'));

/** Why the event stream cannot report the status of a session. */
export const Trouble = v.pipe(
	v.strictObject({ sessionId: SessionId, error: ProblemCode }),
	v.title('WalletSessionTrouble')
);

export const Completed = v.pipe(
	v.strictObject({ sessionId: SessionId, status: v.literal('COMPLETED'), continueUrl: v.string() }),
	v.title('CompletedWalletSession')
);

export const IdvNeeded = v.pipe(
	v.strictObject({ sessionId: SessionId, status: v.literal('IDV_REQUIRED'), reason }),
	v.title('IdentityVerificationNeeded')
);

export const IdvStarted = v.pipe(
	v.strictObject({ sessionId: SessionId, redirectUrl: v.nullable(v.string()), planType, reason }),
	v.title('IdentityVerification')
);

const Candidate = v.pipe(v.strictObject({ id: v.string(), label: v.string() }), v.title('Candidate'));

export const IdvState = v.pipe(
	v.strictObject({
		sessionId: SessionId,
		status,
		planType,
		reason,
		candidates: v.exactOptional(v.array(Candidate))
	}),
	v.title('IdentityVerificationState')
);
