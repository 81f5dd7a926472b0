import { randomBytes, randomUUID } from 'node:crypto';
import type { Person } from '../people.ts';
import type { Transaction } from '../verifier/verifier.ts';
import type { Dialect } from './errors.ts';
import type { Script } from './script.ts';

const lifetimeSeconds = 300;
const minSecondsAfterUpdate = 60;

export type SessionStatus =
	| 'CREATED'
	| 'PENDING'
	| 'INTERACTION_STARTED'
	| 'VERIFYING'
	| 'VERIFIED'
	| 'IDV_REQUIRED'
	| 'RECONCILING'
	| 'COMPLETED'
	| 'EXPIRED'
	| 'FAILED'
	| 'VP_VALIDATION_FAILED';

/** What is required before a holder counts as a person known to the institution. */
export interface Plan {
	readonly planType: string;
	readonly reason: string;
}

export interface Candidate {
	readonly id: string;
	readonly label: string;
}

export interface WalletSession {
	readonly id: string;
	readonly queryId: string | undefined;
	readonly oauthSessionId: string | undefined;
	readonly forceReconciliation: boolean;
	/** Epoch milliseconds. */
	expiresAt: number;
	status: SessionStatus;
	errorCode?: string;
	/** The request at the verifier. */
	transaction?: Transaction;
	/** Known once the presentation is verified. */
	person?: Person;
	/** HMAC of the holder's key. */
	holder?: string;
	/** Epoch milliseconds until which the presentation is being checked. */
	verifyingUntil?: number;
	plan?: Plan;
	candidates?: readonly Candidate[];
	reconciliation?: { readonly id: string; readonly state: string; readonly returnOrigin: string };
	/** The one round of identity verification has ended successfully. */
	idvDone: boolean;
	/** Reads until the reviewer decides. */
	reviewReadsLeft?: number;
	completed: boolean;
	isNewUser: boolean;
	/** What the phone does automatically, if a scenario is active. */
	readonly script: Script | undefined;
	scriptStep: number;
}

export interface CreateSession {
	queryId?: string | undefined;
	oauthSessionId?: string | undefined;
	forceReconciliation?: boolean | undefined;
}

/** Sessions in memory. An expired session usually counts as not found. */
export class SessionStore {
	readonly #sessions = new Map<string, WalletSession>();
	readonly #dialect: Dialect;

	constructor(dialect: Dialect) {
		this.#dialect = dialect;
	}

	create(wanted: CreateSession, script: Script | undefined, seconds = lifetimeSeconds): WalletSession {
		const doc = this.#dialect === 'doc';
		const session: WalletSession = {
			id: doc ? randomUUID() : randomBytes(16).toString('hex'),
			queryId: wanted.queryId,
			oauthSessionId: wanted.oauthSessionId,
			forceReconciliation: wanted.forceReconciliation ?? false,
			expiresAt: Date.now() + seconds * 1000,
			status: doc ? 'CREATED' : 'PENDING',
			idvDone: false,
			completed: false,
			isNewUser: false,
			script,
			scriptStep: 0
		};
		this.#sessions.set(session.id, session);
		return session;
	}

	/** Includes expired sessions; see `isExpired`. */
	find(id: string): WalletSession | undefined {
		return this.#sessions.get(id);
	}

	/** @param link `requestUri`, with or without padding */
	findByLink(link: string): WalletSession | undefined {
		const request = URL.parse(link)?.searchParams.get('request_uri')?.split('/').at(-1);
		return [...this.#sessions.values()].find(
			({ transaction }) => transaction !== undefined && transaction.id === request
		);
	}

	findByReconciliation(id: string): WalletSession | undefined {
		return [...this.#sessions.values()].find((session) => session.reconciliation?.id === id);
	}

	findByState(state: string): WalletSession | undefined {
		return [...this.#sessions.values()].find((session) => session.reconciliation?.state === state);
	}

	clear(): void {
		this.#sessions.clear();
	}
}

export function isExpired(session: WalletSession): boolean {
	return session.expiresAt <= Date.now();
}

/** Updates a session's status. It keeps the remaining time, but gets at least 60 s. */
export function update(session: WalletSession, status: SessionStatus, errorCode?: string): void {
	session.status = status;
	if (errorCode !== undefined) session.errorCode = errorCode;
	session.expiresAt = Math.max(session.expiresAt, Date.now() + minSecondsAfterUpdate * 1000);
}
