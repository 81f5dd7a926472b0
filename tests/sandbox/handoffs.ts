import { randomBytes } from 'node:crypto';

export type HandoffOutcome = { kind: 'person'; personId: string } | { kind: 'confirmed' | 'refused' | 'failed' };

/** A person who was sent to the institution, and what they went there for. */
export interface Handoff {
	readonly purpose: 'login' | 'idv';
	/** Absent: the institution's page asks which one. */
	readonly institutionId: string | undefined;
	/** What the sender recognises it by, such as an interaction or reconciliation id. */
	readonly subject: string;
	/** Where the browser goes afterwards, made from the reference and the outcome. */
	readonly returnTo: (reference: string, outcome: HandoffOutcome) => string;
}

/**
 * Redirects between the parts carry a random reference only; what it stands for stays here.
 * That is what signed requests and assertions do between services that share no memory.
 */
export class Handoffs {
	readonly #open = new Map<string, Handoff>();
	readonly #answered = new Map<string, { handoff: Handoff; outcome: HandoffOutcome }>();

	open(handoff: Handoff): string {
		const reference = randomBytes(16).toString('base64url');
		this.#open.set(reference, handoff);
		return reference;
	}

	find(reference: string): Handoff | undefined {
		return this.#open.get(reference);
	}

	/** The institution's answer, once. Gives the address to send the browser to. */
	answer(reference: string, outcome: HandoffOutcome): string | undefined {
		const handoff = this.#open.get(reference);
		if (handoff === undefined) return undefined;
		this.#open.delete(reference);
		this.#answered.set(reference, { handoff, outcome });
		return handoff.returnTo(reference, outcome);
	}

	/** The sender redeems the answer, once, for the very thing it asked about. */
	redeem(reference: string, purpose: Handoff['purpose'], subject?: string) {
		const answered = this.#answered.get(reference);
		if (answered?.handoff.purpose !== purpose) return undefined;
		if (subject !== undefined && answered.handoff.subject !== subject) return undefined;
		this.#answered.delete(reference);
		return { subject: answered.handoff.subject, outcome: answered.outcome };
	}
}
