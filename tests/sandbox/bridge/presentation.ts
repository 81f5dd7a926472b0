import { personBySubject } from '../identity.ts';
import type { Scenarios } from '../scenarios.ts';
import type { PresentationErrorCode } from '../verifier/errors.ts';
import type { Transaction } from '../verifier/verifier.ts';
import type { Dialect } from './errors.ts';
import type { Holders } from './holders.ts';
import { candidatesFor, planFor } from './plan.ts';
import { isExpired, update, type SessionStatus, type WalletSession } from './session.ts';

/** Long enough for a person to see that the presentation is checked, too short to be a wait. */
const verifyingMs = 600;

/** Not every failure is that of a presentation: the wallet refused, or the check itself was not possible. */
const failureStatuses: Partial<Record<PresentationErrorCode, SessionStatus>> = {
	access_denied: 'FAILED',
	wallet_error: 'FAILED',
	status_unavailable: 'FAILED'
};

export interface PresentationOptions {
	dialect: Dialect;
	holders: Holders;
	scenarios: Scenarios;
}

/** Derives the state of a session from what happens to its request at the verifier. */
export class Presentation {
	readonly #options: PresentationOptions;

	constructor(options: PresentationOptions) {
		this.#options = options;
	}

	/** Called by the verifier at each change of the transaction. */
	follow(session: WalletSession, { status, error }: Transaction): void {
		if (status === 'requested' && (session.status === 'CREATED' || session.status === 'PENDING')) {
			update(session, 'INTERACTION_STARTED');
		} else if (status === 'verifying') {
			session.verifyingUntil = Date.now() + (this.#options.scenarios.peek('verifying-ms')?.ms ?? verifyingMs);
			update(session, 'VERIFYING');
		} else if (error?.code === 'access_denied') {
			update(session, 'FAILED', error.code);
		}
	}

	/** Ends the time for which a person sees that the presentation is checked, unless a scenario sets that time. */
	skipVerifyingTime(session: WalletSession): void {
		if (this.#options.scenarios.peek('verifying-ms') === undefined) session.verifyingUntil = 0;
		this.settle(session);
	}

	/** Settles a presentation whose checking time is over. Called at every read, so that no timer is needed. */
	settle(session: WalletSession): void {
		const { transaction, verifyingUntil = 0 } = session;
		if (session.status !== 'VERIFYING' || verifyingUntil > Date.now() || isExpired(session)) return;
		if (transaction?.error !== undefined) {
			const { code } = transaction.error;
			update(session, failureStatuses[code] ?? 'VP_VALIDATION_FAILED', code);
		} else if (transaction?.presentation !== undefined) {
			this.#identify(session, transaction.presentation);
		}
	}

	/** Whose presentation it is, by its `eduid`, and whether the wallet is linked, by its key. */
	#identify(session: WalletSession, { claims, holder: thumbprint }: NonNullable<Transaction['presentation']>): void {
		const person = personBySubject(String(claims.eduid));
		if (person === undefined) {
			update(session, 'FAILED', 'user_not_found');
			return;
		}
		const holder = this.#options.holders.identify(thumbprint);
		session.person = person;
		session.holder = holder;
		const plan = planFor(session, person, holder, this.#options);
		if (plan !== undefined) {
			session.plan = plan;
			const candidates = candidatesFor(person, plan);
			if (candidates !== undefined) session.candidates = candidates;
		}
		// The `field` dialect reports the need only in the response to `complete`.
		update(session, plan !== undefined && this.#options.dialect === 'doc' ? 'IDV_REQUIRED' : 'VERIFIED');
	}
}
