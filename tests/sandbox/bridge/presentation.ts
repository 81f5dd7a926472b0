import type { Person } from '../people.ts';
import type { Scenarios } from '../scenarios.ts';
import type { Dialect } from './errors.ts';
import type { Holders } from './holders.ts';
import { candidatesFor, planFor } from './plan.ts';
import { isExpired, update, type WalletSession } from './session.ts';

export interface PresentationOptions {
	dialect: Dialect;
	holders: Holders;
	scenarios: Scenarios;
}

/** The result of an action of the wallet. */
export type WalletOutcome = 'accepted' | 'too-late' | 'expired';

/** The wallet's side of a session: it opens the request, then responds once. */
export class Presentation {
	readonly #options: PresentationOptions;

	constructor(options: PresentationOptions) {
		this.#options = options;
	}

	open(session: WalletSession): WalletOutcome {
		if (isExpired(session)) return 'expired';
		if (session.status !== 'CREATED' && session.status !== 'PENDING') return 'too-late';
		update(session, 'INTERACTION_STARTED');
		return 'accepted';
	}

	/** `verifyingMs` is how long the Bridge checks the presentation; 0 settles it at the next read. */
	share(session: WalletSession, person: Person, verifyingMs: number): WalletOutcome {
		const refused = this.#refusal(session);
		if (refused !== undefined) return refused;
		session.person = person;
		session.verifyingUntil = Date.now() + (this.#options.scenarios.peek('verifying-ms')?.ms ?? verifyingMs);
		update(session, 'VERIFYING');
		return 'accepted';
	}

	decline(session: WalletSession): WalletOutcome {
		const refused = this.#refusal(session);
		if (refused !== undefined) return refused;
		update(session, 'FAILED', 'access_denied');
		return 'accepted';
	}

	/** Settles a presentation whose checking time is over. Called at every read, so that no timer is needed. */
	settle(session: WalletSession): void {
		const { person, verifyingUntil } = session;
		if (session.status !== 'VERIFYING' || person === undefined || (verifyingUntil ?? 0) > Date.now()) return;
		if (person.credential === 'expired') {
			update(session, 'VP_VALIDATION_FAILED', 'vp_validation_failed');
			return;
		}
		const holder = this.#options.holders.recognise(person);
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

	#refusal(session: WalletSession): WalletOutcome | undefined {
		if (isExpired(session)) return 'expired';
		this.open(session);
		return session.status === 'INTERACTION_STARTED' ? undefined : 'too-late';
	}
}
