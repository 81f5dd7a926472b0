import * as v from 'valibot';
import { DcApiSubmission, IdvSubmission } from '../bridge/request';
import { type ApiRoute, anywhere, unreadable, upstream } from './route';
import * as schemas from './schemas';

const WALLET_SCOPE = 'wallet:sessions';

const text = v.string();
const sessions = '/api/wallet/sessions';
const owned = { access: 'owner', scope: WALLET_SCOPE, parameters: { id: schemas.SessionId } } as const;
/**
 * Problem statuses of every route of one session: no credential (401), not the owner (404), not possible now (409), and errors
 * of the Auth Bridge.
 */
const ofSession = [...anywhere, ...upstream, 401, 404, 409];

/** The server-sent events of one stream. */
const events = {
	name: 'WalletSessionEvent',
	types: {
		connected: { what: 'The first event: the stream is open.', data: schemas.EmptyBody },
		heartbeat: { what: 'Every 4 s, so that a client notices a lost connection.', data: schemas.EmptyBody },
		message: {
			what: 'The status, immediately and after each change. As the default type, it has no `event` line.',
			data: schemas.Status
		},
		trouble: { what: 'The status cannot be read now. The stream continues.', data: schemas.StatusUnavailable },
		gone: { what: 'The session no longer exists.', data: schemas.StatusUnavailable },
		end: { what: 'The last event: no session of the stream can change any more.', data: schemas.EmptyBody }
	}
};

/** The routes of wallet sessions. docs/auth-bridge.md lists their requests to the Auth Bridge. */
export const walletRoutes: readonly ApiRoute[] = [
	{
		path: sessions,
		method: 'post',
		id: 'createWalletSession',
		what: 'Create a wallet session. It belongs to the browser or the API client that created it.',
		access: 'login',
		scope: WALLET_SCOPE,
		json: schemas.sessionOptions,
		responses: { 201: { what: 'The session, with the link that opens a wallet.', json: schemas.Created } },
		problems: [...anywhere, ...upstream, ...unreadable, 401, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/status`,
		method: 'get',
		id: 'readWalletSession',
		what: 'Read the status of a wallet session. The response is at most 250 ms old.',
		responses: { 200: { what: 'The status.', json: schemas.Status } },
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/events`,
		method: 'get',
		id: 'watchWalletSession',
		what: 'Read the status as server-sent events.',
		query: {
			also: v.pipe(
				text,
				v.description('Ids of other wallet sessions of the caller to follow too, separated by commas.')
			)
		},
		responses: { 200: { what: 'A stream of events.', events } },
		problems: [...ofSession, 429]
	},
	{
		path: `${sessions}/{id}/dc-api`,
		method: 'post',
		id: 'submitDigitalCredential',
		what: 'Submit the response of the Digital Credentials API to the request of this session. For the browser that created the session; it accepts one response, of at most 256 kB.',
		access: 'owner',
		parameters: { id: schemas.SessionId },
		json: () => DcApiSubmission,
		responses: { 200: { what: 'The new status.', json: schemas.NewStatus } },
		problems: [...ofSession, ...unreadable, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/complete`,
		method: 'post',
		id: 'completeWalletSession',
		what: 'Complete a session whose status is VERIFIED. Repeating the request returns the same response.',
		json: () => schemas.EmptyBody,
		responses: {
			200: { what: 'The session is complete.', json: schemas.Completed },
			202: { what: 'Identity verification is needed first.', json: schemas.IdvNeeded }
		},
		problems: [...ofSession, ...unreadable, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/initiate`,
		method: 'post',
		id: 'startIdentityVerification',
		what: 'Start identity verification. When `redirectUrl` is null, confirm the identity with a submission, or complete the session.',
		json: () => schemas.EmptyBody,
		responses: { 200: { what: 'The address of the institution, or null.', json: schemas.IdvStarted } },
		problems: [...ofSession, ...unreadable, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/callback`,
		method: 'get',
		id: 'finishIdentityVerification',
		what: "Receive the authorization response of the institution, from the person's browser.",
		query: { code: text, state: text, iss: text, error: text, error_description: text },
		responses: {
			303: {
				what: 'Redirect to the page of the wallet session. If the verification failed, its query has an `outcome`.',
				hasLocation: true
			}
		},
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/status`,
		method: 'get',
		id: 'readIdentityVerification',
		what: 'Read the status of identity verification, at most 250 ms old. Only the owning browser gets candidates.',
		responses: { 200: { what: 'The status.', json: schemas.IdvState } },
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/submit`,
		method: 'post',
		id: 'submitIdentityVerification',
		what: 'Submit what the person confirmed: one of the three fields. If it is not accepted, the response is a problem, and its code says why.',
		json: () => IdvSubmission,
		responses: {
			200: {
				what: 'The new status: VERIFIED or COMPLETED, or RECONCILING while a reviewer decides.',
				json: schemas.NewStatus
			}
		},
		problems: [...ofSession, ...unreadable, 429]
	}
];
