import * as v from 'valibot';
import { IdvSubmission } from '../bridge/requests';
import { type ApiRoute, anywhere, unreadable, upstream } from './route';
import * as schemas from './wallet-schemas';

export const WALLET_SCOPE = 'wallet:sessions';

const text = v.string();
const sessions = '/api/wallet/sessions';
const owned = { access: 'owner', scope: WALLET_SCOPE, parameters: { id: schemas.SessionId } } as const;
/** What any route of one session may answer: no credential, not one's own, not now, and the Auth Bridge's faults. */
const ofSession = [...anywhere, ...upstream, 401, 404, 409];

/** The routes of wallet sessions; docs/auth-bridge.md has the calls behind them. */
export const walletRoutes: readonly ApiRoute[] = [
	{
		path: sessions,
		method: 'post',
		id: 'createWalletSession',
		what: 'Open a wallet session. It belongs to the browser or the program that opened it.',
		access: 'login',
		scope: WALLET_SCOPE,
		json: schemas.sessionWish,
		answers: { 201: { what: 'The session, and what a wallet opens it by.', json: schemas.Created } },
		problems: [...anywhere, ...upstream, ...unreadable, 401, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/status`,
		method: 'get',
		id: 'readWalletSession',
		what: 'Read how far a wallet session is; at most 250 ms old.',
		answers: { 200: { what: 'Its status.', json: schemas.Status } },
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/events`,
		method: 'get',
		id: 'watchWalletSession',
		what: 'Read the status as server-sent events: `connected`, `data` as the status route answers, `trouble`, `gone` and `end`.',
		query: { also: text },
		answers: { 200: { what: 'A stream of events.', type: 'text/event-stream' } },
		problems: [...ofSession, 429]
	},
	{
		...owned,
		path: `${sessions}/{id}/complete`,
		method: 'post',
		id: 'completeWalletSession',
		what: 'Complete a session whose status is VERIFIED; a repeat gives the same answer.',
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
		what: 'Begin identity verification. `redirectUrl` null: confirm by hand, or complete now.',
		json: () => schemas.Nothing,
		answers: { 200: { what: 'Where the person goes, if anywhere.', json: schemas.IdvStarted } },
		problems: [...ofSession, ...unreadable]
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/callback`,
		method: 'get',
		id: 'finishIdentityVerification',
		what: "The institution's answer: a browser comes here from there.",
		query: { code: text, state: text, error: text, error_description: text },
		answers: {
			303: { what: 'Shows where the person stands.', leadsOn: true },
			404: { what: 'A page, for a person whose browser did not open the session.', type: 'text/html' }
		},
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/status`,
		method: 'get',
		id: 'readIdentityVerification',
		what: 'Read how far identity verification is. Candidates are shown to the owning browser alone.',
		answers: { 200: { what: 'Its status.', json: schemas.IdvState } },
		problems: ofSession
	},
	{
		...owned,
		path: `${sessions}/{id}/idv/submit`,
		method: 'post',
		id: 'submitIdentityVerification',
		what: 'Hand over what a person confirmed: one of the three.',
		json: () => IdvSubmission,
		answers: { 200: { what: 'Its status by now.', json: schemas.IdvSubmitted } },
		problems: [...ofSession, ...unreadable]
	}
];
