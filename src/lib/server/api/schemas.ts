/** Schemas for requests and responses of the routes; a title names a schema in the description. */
import * as v from 'valibot';
import * as readiness from '../readiness';
import { config } from '../config';
import { PublicSession, SignInProvider } from '../auth/account-sessions';
import { DC_API_PROTOCOL } from '$lib/wallet/dc-api';
import { sessionStatuses, WALLET_SESSION_ID } from '$lib/wallet/wallet-session';
import { idvReasons } from '$lib/wallet/view';
import { ProblemCode } from './route';

const text = v.string();

const Provider = v.pipe(
	v.strictObject({ id: SignInProvider, name: text, type: text, signinUrl: text, callbackUrl: text }),
	v.title('Provider')
);
export const Providers = v.pipe(
	v.strictObject({ sts: v.optional(Provider), 'sts-wallet': v.optional(Provider) }),
	v.title('Providers')
);
export const CsrfToken = v.pipe(v.strictObject({ csrfToken: text }), v.title('CsrfToken'));
export const SignInUrl = v.pipe(v.strictObject({ url: text }), v.title('SignInUrl'));

/** Who calls: a person, or an API client with its own token. */
export const Session = v.pipe(PublicSession, v.title('Session'));
export const ApiClient = v.pipe(
	v.strictObject({ clientId: text, scope: text, expires: v.pipe(text, v.isoTimestamp()) }),
	v.title('ApiClient'),
	v.description('An API client. `expires`: when its access token expires.')
);

export const Health = v.pipe(
	v.strictObject({ status: v.literal('ok'), version: text, runtime: text }),
	v.title('Health')
);
export const Ready = v.union([
	v.pipe(readiness.Ready, v.title('Ready')),
	v.pipe(readiness.InstanceReady, v.title('InstanceReady'))
]);
export const NotReady = v.union([
	v.pipe(readiness.NotReady, v.title('NotReady')),
	v.pipe(readiness.InstanceNotReady, v.title('InstanceNotReady'))
]);

/** What an operator revokes: the sessions of one person (`user.id` of `/api/auth/session`), or all sessions. */
export const Revocation = v.pipe(
	v.union([
		v.pipe(v.strictObject({ userId: v.pipe(text, v.minLength(1), v.maxLength(1024)) }), v.title('UserRevocation')),
		v.pipe(v.strictObject({ all: v.literal(true) }), v.title('FullRevocation'))
	]),
	v.title('Revocation')
);

/**
 * Which instances have got a revocation. `pending`: the shared store is down; this instance tells the others when it is
 * available again.
 */
export const RevocationResult = v.pipe(
	v.strictObject({
		revoked: v.picklist(['user', 'all']),
		reach: v.picklist(['all_instances', 'this_instance']),
		pending: v.boolean()
	}),
	v.title('RevocationResult')
);

const PublicKey = v.pipe(
	v.looseObject({ kty: text, kid: text, alg: text, use: v.literal('sig') }),
	v.title('PublicKey')
);
export const KeySet = v.pipe(v.strictObject({ keys: v.array(PublicKey) }), v.title('KeySet'));
export const ApiDescription = v.pipe(v.looseObject({ openapi: v.literal('3.1.1') }), v.title('ApiDescription'));

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
export const EmptyBody = v.pipe(v.strictObject({}), v.title('Empty'));
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
			text,
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
export const StatusUnavailable = v.pipe(
	v.strictObject({ sessionId: SessionId, error: ProblemCode }),
	v.title('WalletSessionStatusUnavailable')
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
