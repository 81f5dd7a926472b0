import * as v from 'valibot';
import type { Scenarios } from '../scenarios.ts';
import { BridgeError, type Dialect } from './errors.ts';
import { isRightCandidate } from './plan.ts';
import type { Reconciliation } from './reconciliation.ts';
import { update, type WalletSession } from './session.ts';

const readsBeforeDecision = 2;

const Submission = v.union([
	v.strictObject({ confirm: v.literal(true) }),
	v.strictObject({ candidateId: v.string() }),
	v.strictObject({ fields: v.pipe(v.record(v.string(), v.string()), v.minEntries(1)) })
]);

interface ReviewOptions {
	dialect: Dialect;
	scenarios: Scenarios;
	reconciliation: Reconciliation;
}

/** Linking by manual confirmation: `idv/submit`, `idv/status`, and the reviewer. */
export class Review {
	readonly #options: ReviewOptions;

	constructor(options: ReviewOptions) {
		this.#options = options;
	}

	/** A repeated submission returns the current status. @throws {BridgeError} if there is nothing to submit */
	submit(session: WalletSession, body: unknown) {
		if (session.status === 'RECONCILING' || session.idvDone) return { status: this.#statusOf(session) };
		if (session.status !== 'IDV_REQUIRED' || !isManual(session)) {
			throw new BridgeError('SESSION_NOT_IDV_REQUIRED', session.id);
		}
		const submission = v.safeParse(Submission, body);
		if (!submission.success) throw new BridgeError('INVALID_REQUEST_BODY', session.id);
		if ('candidateId' in submission.output) this.#choose(session, submission.output.candidateId);

		const { scenarios, reconciliation } = this.#options;
		if (scenarios.peek('review-approves') ?? scenarios.peek('review-rejects') ?? scenarios.peek('review-never')) {
			session.reviewReadsLeft = readsBeforeDecision;
			update(session, 'RECONCILING');
			return { status: 'RECONCILING', message: `Session ${session.id} waits for a reviewer` };
		}
		reconciliation.finish(session, 'confirmed');
		return { status: this.#statusOf(session), ...(session.errorCode && { errorCode: session.errorCode }) };
	}

	/** @throws {BridgeError} `NO_RECONCILIATION_SESSION` if the session needs none */
	status(session: WalletSession) {
		const { plan } = session;
		if (plan === undefined || session.status === 'VERIFYING' || (session.status === 'VERIFIED' && !session.idvDone)) {
			throw new BridgeError('NO_RECONCILIATION_SESSION', session.id);
		}
		return {
			sessionId: session.id,
			status: this.#statusOf(session),
			planType: plan.planType,
			idvRequirementReason: plan.reason,
			...(session.errorCode !== undefined && { message: session.errorCode }),
			...(session.candidates !== undefined && { candidates: session.candidates })
		};
	}

	/** Advances the review; called before every read. */
	advance(session: WalletSession): void {
		if (session.status !== 'RECONCILING' || this.#options.scenarios.peek('review-never')) return;
		session.reviewReadsLeft = (session.reviewReadsLeft ?? 0) - 1;
		if (session.reviewReadsLeft < 0) this.decide(session, !this.#options.scenarios.peek('review-rejects'));
	}

	/** The reviewer's decision. Returns whether there was anything to decide. */
	decide(session: WalletSession, approved: boolean): boolean {
		if (session.status !== 'RECONCILING') return false;
		if (approved) this.#finishQuietly(session);
		else update(session, 'FAILED', 'review_rejected');
		return true;
	}

	#finishQuietly(session: WalletSession): void {
		try {
			this.#options.reconciliation.finish(session, 'confirmed');
		} catch (error) {
			// The session now has the error.
			if (!(error instanceof BridgeError)) throw error;
		}
	}

	#choose(session: WalletSession, candidateId: string): void {
		if (!session.candidates?.some(({ id }) => id === candidateId)) {
			throw new BridgeError('INVALID_REQUEST_BODY', session.id);
		}
		if (isRightCandidate(candidateId)) return;
		update(session, 'FAILED', 'no_match');
		throw new BridgeError('RECONCILIATION_FAILED', session.id);
	}

	#statusOf(session: WalletSession): string {
		return session.idvDone && this.#options.dialect === 'field' ? 'COMPLETED' : session.status;
	}
}

function isManual({ plan }: WalletSession): boolean {
	const byRedirect = ['RUN_IDV', 'STEP_UP', 'FAIL_CLOSED', 'SKIP_RECONCILIATION', 'USE_EXISTING_BINDING'];
	return plan !== undefined && !byRedirect.includes(plan.planType);
}
