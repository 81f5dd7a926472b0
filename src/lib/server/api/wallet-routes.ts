import * as v from 'valibot';
import { DcApiResponse, IdvSubmission } from '../bridge/request';
import { type ApiRoute, anywhere, unreadable, upstream } from './route';
import * as schemas from './wallet-schemas';

export const WALLET_SCOPE = 'wallet:sessions';

const text = v.string();
const sessions = '/api/wallet/sessions';
const owned = { access: 'owner', scope: WALLET_SCOPE, parameters: { id: schemas.SessionId } } as const;
/**
 * Problem statuses of every route of one session: no credential (401), not the owner (404), not possible now (409), and errors
 * of the Auth Bridge.
 */
const ofSession = [...anywhere, ...upstream, 401, 404, 409];

/** The routes of wallet sessions. docs/auth-bridge.md lists their requests to the Auth Bridge. */
export const walletRoutes: readonly ApiRoute[] = [
	{
		path: sessions,
		method: 'post',
		id: 'createWalletSession',
		what: 'Create a wallet session. It belongs to the browser or the program that created it.',
		access: 'login',
		scope: WALLET_SCOPE,
		json: schemas.sessionOptions,
		answers: { 201: { what: 'The session, with the link that opens a wallet.', json: schemas.Created } },
		problems: [...anywhere, ...upstream, ...unreadable, 401, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/status`,
		method: 'get',
		id: 'readWalletSession',
		what: 'Read the status of a wallet session. The response is at most 250 ms old.',
		answers: { 200: { what: 'The status.', json: schemas.Status } },
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/events`,
		method: 'get',
		id: 'watchWalletSession',
		what: 'Read the status as server-sent events: `connected`, `heartbeat` (every 4 s), `data` (as in the status response), `trouble`, `gone` and `end`.',
		query: { also: text },
		answers: { 200: { what: 'A stream of events.', type: 'text/event-stream' } },
		problems: [...ofSession, 429]
	},
	{
		path: `${sessions}/{id}/dc-api`,
		method: 'post',
		id: 'submitDigitalCredential',
		what: 'Submit the response of the Digital Credentials API to the request of this session. For the browser that created the session; it accepts one response, of at most 256 kB.',
		access: 'owner',
		parameters: { id: schemas.SessionId },
		json: () => DcApiResponse,
		answers: { 200: { what: 'The new status.', json: schemas.ResponseSubmitted } },
		problems: [...ofSession, ...unreadable, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/complete`,
		method: 'post',
		id: 'completeWalletSession',
		what: 'Complete a session whose status is VERIFIED. Repeating the request returns the same response.',
		json: () => schemas.Nothing,
		answers: {
			200: { what: 'The session is complete.', json: schemas.Completed },
			202: { what: 'Identity verification is needed first.', json: schemas.IdvNeeded }
		},
		problems: [...ofSession, ...unreadable]
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/initiate`,
		method: 'post',
		id: 'startIdentityVerification',
		what: 'Start identity verification. When `redirectUrl` is null, confirm the identity with a submission, or complete the session.',
		json: () => schemas.Nothing,
		answers: { 200: { what: 'The address of the institution, or null.', json: schemas.IdvStarted } },
		problems: [...ofSession, ...unreadable]
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/callback`,
		method: 'get',
		id: 'finishIdentityVerification',
		what: "Receive the authorization response of the institution, from the person's browser.",
		query: { code: text, state: text, error: text, error_description: text },
		answers: {
			303: { what: 'Redirect to the page of the wallet session.', hasLocation: true },
			404: { what: 'A page, for a browser that did not create the session.', type: 'text/html' }
		},
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/status`,
		method: 'get',
		id: 'readIdentityVerification',
		what: 'Read the status of identity verification. Only the owning browser gets candidates.',
		answers: { 200: { what: 'The status.', json: schemas.IdvState } },
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/submit`,
		method: 'post',
		id: 'submitIdentityVerification',
		what: 'Submit what the person confirmed: one of the three fields.',
		json: () => IdvSubmission,
		answers: { 200: { what: 'The new status.', json: schemas.IdvSubmitted } },
		problems: [...ofSession, ...unreadable]
	}
];
