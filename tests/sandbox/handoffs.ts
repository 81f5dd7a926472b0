import { randomBytes } from 'node:crypto';

export type HandoffOutcome =
	{ kind: 'person'; personId: string; hasSecondFactor: boolean } | { kind: 'confirmed' | 'refused' | 'failed' };

/** A person who is redirected to the institution, and for what purpose. */
interface Handoff {
	readonly purpose: 'login' | 'idv';
	/** If absent, the institution's page offers a choice. */
	readonly institutionId: string | undefined;
	/** Whether the institution has to ask for a second factor too. */
	readonly needsSecondFactor?: boolean;
	/** The sender's own reference, such as an interaction or reconciliation id. */
	readonly subject: string;
	/** The address to which the browser is redirected afterwards, from the reference and the outcome. */
	readonly returnTo: (reference: string, outcome: HandoffOutcome) => string;
}

/**
 * Redirects between the parts contain a random reference only; its data is stored here. Services that share no memory use
 * signed requests and assertions for this.
 */
export class Handoffs {
	readonly #open = new Map<string, Handoff>();
	readonly #completed = new Map<string, { handoff: Handoff; outcome: HandoffOutcome }>();

	open(handoff: Handoff): string {
		const reference = randomBytes(16).toString('base64url');
		this.#open.set(reference, handoff);
		return reference;
	}

	find(reference: string): Handoff | undefined {
		return this.#open.get(reference);
	}

	/** Stores the institution's outcome, once. Returns the address to redirect the browser to. */
	complete(reference: string, outcome: HandoffOutcome): string | undefined {
		const handoff = this.#open.get(reference);
		if (handoff === undefined) return undefined;
		this.#open.delete(reference);
		this.#completed.set(reference, { handoff, outcome });
		return handoff.returnTo(reference, outcome);
	}

	/** Returns the outcome to the sender, once, and only for the same purpose and subject. */
	redeem(reference: string, purpose: Handoff['purpose'], subject?: string) {
		const completed = this.#completed.get(reference);
		if (completed?.handoff.purpose !== purpose) return undefined;
		if (subject !== undefined && completed.handoff.subject !== subject) return undefined;
		this.#completed.delete(reference);
		return { subject: completed.handoff.subject, outcome: completed.outcome };
	}
}
