import type { Handoffs } from '../handoffs.ts';
import type { Recorder } from '../recorder.ts';
import type { Scenarios } from '../scenarios.ts';
import { createdResponse, resolvedResponse, statusResponse } from './responses.ts';
import { type DcApiBody, dcApiOffer, receiveDcApi } from './dc-api.ts';
import { BridgeError, type Dialect } from './errors.ts';
import { Holders } from './holders.ts';
import { Presentation } from './presentation.ts';
import { Reconciliation, type IdvOutcome } from './reconciliation.ts';
import { Review } from './review.ts';
import { playNextStep, scriptFor } from './script.ts';
import { WalletActions } from './wallet-actions.ts';
import type { VerifierService } from '../verifier/service.ts';
import { queries, requestedClaims } from '../verifier/queries.ts';
import type { Wallets } from '../wallet/people.ts';
import { isExpired, SessionStore, update, type CreateSession, type WalletSession } from './session.ts';

/** The query of a session that names none. */
const defaultQuery = 'eduid';

export interface BridgeOptions {
	dialect: Dialect;
	scenarios: Scenarios;
	recorder: Recorder;
	handoffs: Handoffs;
	stsUrl: string;
	institutionUrl: string;
	verifiers: VerifierService;
	/** The wallets of the sandbox's people; scenarios use them. */
	wallets: Wallets;
	portalOrigins: readonly string[];
}

/** The Auth Bridge without HTTP. Every operation throws for an unknown or expired session. */
export class BridgeService {
	readonly holders: Holders;
	readonly presentation: Presentation;
	readonly wallet: WalletActions;
	readonly reconciliation: Reconciliation;
	readonly review: Review;
	readonly #sessions: SessionStore;
	readonly #options: BridgeOptions;

	constructor(options: BridgeOptions) {
		this.#options = options;
		this.holders = new Holders((person) => options.wallets.publicKey(person));
		this.#sessions = new SessionStore(options.dialect);
		this.presentation = new Presentation({ ...options, holders: this.holders });
		this.wallet = new WalletActions(options.wallets, this.presentation);
		this.reconciliation = new Reconciliation({ ...options, holders: this.holders });
		this.review = new Review({ ...options, reconciliation: this.reconciliation });
	}

	/** Creates a session with its request at the verifier. */
	async create(wanted: CreateSession) {
		const { dialect, scenarios, verifiers, portalOrigins } = this.#options;
		if (dialect === 'doc' && wanted.queryId === undefined) throw new BridgeError('QUERY_ID_REQUIRED');
		const { queryId = defaultQuery } = wanted;
		if (!Object.hasOwn(queries, queryId)) throw new BridgeError('INVALID_REQUEST_BODY', `no query ${queryId}`);
		const seconds = scenarios.use('session-seconds')?.seconds;
		const session = this.#sessions.create(wanted, scriptFor(scenarios), seconds);
		const bytes = scenarios.use('empty-request-uri') ? 0 : scenarios.use('long-request-uri')?.bytes;
		const transaction = await verifiers.create({
			queryId,
			expiresAt: () => session.expiresAt,
			onChange: (changed) => this.presentation.follow(session, changed),
			returnUrl: `${portalOrigins[0] ?? ''}/login/wallet`,
			dcApiOrigins: portalOrigins
		});
		session.transaction = transaction;
		const isSilent = scenarios.use('no-requested-claims') !== undefined;
		const extensions = {
			...dcApiOffer(session),
			...(!isSilent && { requestedClaims: requestedClaims(queryId) })
		};
		return createdResponse(dialect, this.#byItsClock(session), transaction.link, bytes, extensions);
	}

	/** The session with the expiry that a wrong clock of the Bridge would give it. */
	#byItsClock(session: WalletSession): WalletSession {
		const { seconds = 0 } = this.#options.scenarios.peek('bridge-clock-behind') ?? {};
		return { ...session, expiresAt: session.expiresAt - seconds * 1000 };
	}

	async status(id: string) {
		const { dialect, recorder, scenarios } = this.#options;
		recorder.noteStatusRead(id);
		const session = this.find(id) ?? notFound(id);
		await playNextStep(session, this.wallet);
		if (isExpired(session) && scenarios.peek('expired-status'))
			return statusResponse(dialect, this.#byItsClock(session), 'EXPIRED');
		this.live(id);
		const made = scenarios.use('unknown-status')?.status;
		return statusResponse(dialect, this.#byItsClock(session), made === undefined ? session.status : String(made));
	}

	/** 200 with the person, or 202 with what is still needed. Idempotent. */
	complete(id: string, byPortal: boolean): { status: 200 | 202; body: unknown } {
		const { scenarios } = this.#options;
		const session = this.live(id);
		if (session.completed && byPortal && scenarios.use('complete-once')) {
			throw new BridgeError('SESSION_ALREADY_COMPLETED', id);
		}
		if (session.idvDone && !session.completed && scenarios.use('second-202')) {
			session.idvDone = false;
			update(session, 'IDV_REQUIRED');
		}
		if (session.status === 'VERIFIED' && session.plan !== undefined && !session.idvDone)
			update(session, 'IDV_REQUIRED');
		if (session.status === 'IDV_REQUIRED') return { status: 202, body: this.#needResponse(session) };
		if (session.status !== 'VERIFIED' && session.status !== 'COMPLETED') {
			throw new BridgeError('SESSION_NOT_VERIFIED', id);
		}
		session.completed = true;
		update(session, 'COMPLETED');
		return { status: 200, body: resolvedResponse(session) };
	}

	/** False for an unknown session too. */
	offersDcApi(id: string): boolean {
		return this.find(id)?.transaction?.dcRequest !== undefined;
	}

	/** Receives the response of the Digital Credentials API. The status shows whether it was accepted. */
	async submitDcApi(id: string, response: DcApiBody) {
		await receiveDcApi(this.live(id), response, this.#options.verifiers);
		return { sessionId: id, status: this.live(id).status };
	}

	/** The return from the institution, reported by the client that started it (`doc`). */
	finishIdv(query: URLSearchParams) {
		const state = query.get('state');
		const code = query.get('code');
		const session = this.#sessions.findByState(state ?? '');
		if (session === undefined || isExpired(session)) throw new BridgeError('NO_RECONCILIATION_MAPPING');
		const redeemed = this.#options.handoffs.redeem(code ?? '', 'idv', session.reconciliation?.id);
		if (code !== null && redeemed === undefined) throw new BridgeError('NO_RECONCILIATION_MAPPING', session.id);
		const refused = query.get('error') === 'access_denied' ? 'refused' : 'failed';
		this.reconciliation.finish(session, redeemed?.outcome.kind === 'confirmed' ? 'confirmed' : refused);
		const status = session.idvDone ? 'COMPLETED' : session.status;
		return { status, sessionId: session.id, matchId: session.reconciliation?.id };
	}

	/** The return from the institution, reported by the STS (`field`). Returns the portal to redirect the browser to. */
	reconcile(reconciliationId: string, outcome: IdvOutcome) {
		const session = this.#sessions.findByReconciliation(reconciliationId);
		if (session === undefined || isExpired(session)) throw new BridgeError('NO_RECONCILIATION_MAPPING');
		const body = { sessionId: session.id, returnOrigin: session.reconciliation?.returnOrigin ?? '' };
		try {
			this.reconciliation.finish(session, outcome);
		} catch (error) {
			if (error instanceof BridgeError) return { ...body, linked: false };
			throw error;
		}
		return { ...body, linked: session.idvDone };
	}

	/** Includes expired sessions. */
	find(id: string): WalletSession | undefined {
		return this.#sessions.find(id);
	}

	findByLink(link: string): WalletSession | undefined {
		return this.#sessions.findByLink(link);
	}

	/** @throws {BridgeError} `SESSION_NOT_FOUND`, also for an expired session */
	live(id: string): WalletSession {
		const session = this.find(id);
		if (session === undefined || isExpired(session)) return notFound(id);
		this.presentation.settle(session);
		this.review.advance(session);
		return session;
	}

	reset(): void {
		this.#sessions.clear();
		this.holders.reset();
	}

	#needResponse({ id, plan }: WalletSession) {
		const message = `Session ${id} needs identity verification`;
		if (this.#options.scenarios.peek('bridge-old-shape')) return { code: '202', message };
		return { status: 'IDV_REQUIRED', sessionId: id, message, reason: plan?.reason };
	}
}

function notFound(id: string): never {
	throw new BridgeError('SESSION_NOT_FOUND', id);
}
