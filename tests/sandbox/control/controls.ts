import type { JWTPayload } from 'jose';
import type { WalletOutcome } from '../bridge/wallet-actions.ts';
import type { BridgeService } from '../bridge/service.ts';
import type { WalletSession } from '../bridge/session.ts';
import { federatedSubject, subjectFor } from '../identity.ts';
import type { CredentialIssuer } from '../issuer/issuer.ts';
import type { PublicHolderKey } from '../issuer/holder-key.ts';
import type { CredentialStatus } from '../issuer/status-list.ts';
import { personById, type PersonId } from '../people.ts';
import type { Counts, RecordedRequest, Recorder } from '../recorder.ts';
import type { ScenarioName, ScenarioOptions, Scenarios } from '../scenarios.ts';
import type { AuthorizationRequest } from '../sts/authorization-log.ts';
import type { SigningKey } from '../sts/keys.ts';
import type { Transaction } from '../verifier/verifier.ts';
import type { NewRequest, VerifierService } from '../verifier/service.ts';
import type { VerifierChanges, VerifierSettings } from '../verifier/settings.ts';
import type { Sts } from '../sts/server.ts';
import type { WalletContents, Wallets } from '../wallet/people.ts';

/** Controls of the sandbox for tests and people; the control API offers the same over HTTP. */
export interface Controls {
	/** Activates a scenario, or activates it again with other options. */
	scenario(name: ScenarioName, options?: ScenarioOptions): void;
	lift(name: ScenarioName): void;
	/** The active scenarios. */
	scenarios(): Record<string, ScenarioOptions>;
	/** Deletes scenarios, counts, requests, wallet sessions, new bindings and revocations; tokens stay valid. */
	reset(): void;
	counts(): Counts;
	/** How often one operation was called, such as `bridge.status` or `sts.token:refresh`. */
	count(operation: string): number;
	/** The latest requests, oldest first. */
	lastRequests(target?: RecordedRequest['target'], operation?: string): RecordedRequest[];
	/** Headers of the latest request to the Bridge; empty before the first. */
	lastHeaders(operation?: string): Readonly<Record<string, string>>;
	/** Authorization requests the STS received, with pushed parameters resolved; oldest first. */
	authorizations(): AuthorizationRequest[];
	/** A wallet session as the Bridge stores it, expired or not; this is not counted as a status read. */
	session(sessionId: string): WalletSession | undefined;
	/** The session of a `requestUri`, such as that of a QR code. */
	sessionByLink(link: string): WalletSession | undefined;
	/** The wallet fetches the request of the session. */
	openWallet(sessionId: string): Promise<WalletOutcome | undefined>;
	/** Presents the person's credential; the time that a person sees the checking is skipped. */
	share(sessionId: string, person: PersonId): Promise<WalletOutcome | undefined>;
	decline(sessionId: string): Promise<WalletOutcome | undefined>;
	/** Private key and credential of a person's wallet, for another wallet to use. */
	walletContents(person: PersonId): Promise<WalletContents>;
	/** The reviewer's decision; false if there is nothing to decide. */
	review(sessionId: string, decision: 'approve' | 'reject'): boolean;
	/** Lets time pass for one session; false for an unknown one. */
	advance(sessionId: string, seconds: number): boolean;
	expire(sessionId: string): boolean;
	/** Issues a person's credential to the wallet with that key, as a compact SD-JWT VC. @param vct default: the eduID's */
	issueCredential(person: PersonId, holderKey: PublicHolderKey, vct?: string): Promise<string>;
	/** @param index the credential's entry in the status list; false if no credential has it */
	setCredentialStatus(index: number, status: CredentialStatus): boolean;
	/** Changes how the verifier makes requests, until `reset`. Returns all its settings. */
	configureVerifier(changes: VerifierChanges): VerifierSettings;
	/** Creates an OpenID4VP request for any wallet, apart from the sessions of the Bridge. @throws {RangeError} unknown query */
	requestPresentation(request: NewRequest): Promise<Transaction>;
	/** What became of such a request. */
	presentation(id: string): Transaction | undefined;
	/** Sends the portal a logout token for a person's sessions. @throws if the portal refuses it */
	backchannelLogout(person: PersonId, provider: 'sts' | 'sts-wallet', sid?: string): Promise<void>;
	/** Any JWT, signed with the STS's key. */
	sign(payload: JWTPayload, header?: Record<string, unknown>): Promise<string>;
}

interface ControlledParts {
	scenarios: Scenarios;
	recorder: Recorder;
	service: BridgeService;
	sts: Sts;
	key: SigningKey;
	issuer: CredentialIssuer;
	verifiers: VerifierService;
	wallets: Wallets;
}

export function createControls({
	scenarios,
	recorder,
	service,
	sts,
	key,
	issuer,
	verifiers,
	wallets
}: ControlledParts): Controls {
	const withSession = <T>(id: string, act: (session: WalletSession) => T): T | undefined => {
		const session = service.find(id);
		return session && act(session);
	};
	const advance = (id: string, seconds: number) =>
		withSession(id, (session) => {
			session.expiresAt -= seconds * 1000;
			return true;
		}) ?? false;

	return {
		scenario: (name, options) => scenarios.set(name, options),
		lift: (name) => scenarios.lift(name),
		scenarios: () => scenarios.list(),
		reset: () => {
			scenarios.clear();
			recorder.clear();
			sts.authorizations.clear();
			service.reset();
			issuer.statuses.reset();
			verifiers.reset();
		},
		counts: () => recorder.counts(),
		count: (operation) => recorder.counts().operations[operation] ?? 0,
		lastRequests: (target, operation) => recorder.requests(target, operation),
		lastHeaders: (operation) => recorder.requests('bridge', operation).at(-1)?.headers ?? {},
		authorizations: () => sts.authorizations.list(),
		session: (id) => service.find(id),
		sessionByLink: (link) => service.findByLink(link),
		openWallet: async (id) => withSession(id, (session) => service.wallet.open(session)),
		share: async (id, person) => withSession(id, (session) => service.wallet.share(session, person)),
		decline: async (id) => withSession(id, (session) => service.wallet.decline(session)),
		walletContents: (person) => wallets.contents(personById(person)),
		review: (id, decision) =>
			withSession(id, (session) => service.review.decide(session, decision === 'approve')) ?? false,
		advance,
		expire: (id) => advance(id, 24 * 60 * 60),
		issueCredential: (person, holderKey, vct) => issuer.issue({ person: personById(person), holderKey, vct }),
		setCredentialStatus: (index, status) => issuer.statuses.set(index, status),
		configureVerifier: (changes) => verifiers.configure(changes),
		requestPresentation: (request) => verifiers.create(request),
		presentation: (id) => verifiers.find(id)?.transaction,
		backchannelLogout: async (person, provider, sid) => {
			const client = await sts.portalClient();
			await client.backchannelLogout(subjectFor(provider, federatedSubject(personById(person))), sid);
		},
		sign: (payload, header) => key.sign(payload, header)
	};
}
