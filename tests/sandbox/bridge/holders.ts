import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { federatedSubject, personBySubject } from '../identity.ts';
import { thumbprint, type PublicHolderKey } from '../issuer/holder-key.ts';
import { people, type Person } from '../people.ts';

export interface Binding {
	readonly id: string;
	readonly providerId: string;
	readonly institutionId: string;
	/** ISO 8601. */
	readonly createdAt: string;
	lastUsedAt?: string;
}

interface StoredBinding {
	readonly holder: string;
	readonly subject: string;
	expired: boolean;
	readonly binding: Binding;
}

/** Identifies a wallet by an HMAC of its holder key, and stores whose it is. */
export class Holders {
	readonly #secret = randomBytes(32);
	readonly #keyOf: (person: Person) => PublicHolderKey;
	#bindings: StoredBinding[] = [];

	/** @param keyOf the key of a person's own wallet */
	constructor(keyOf: (person: Person) => PublicHolderKey) {
		this.#keyOf = keyOf;
		this.reset();
	}

	/** Resets to what the Bridge knew at the start. */
	reset(): void {
		this.#bindings = [];
		for (const person of people) {
			if (person.wallet === 'none') continue;
			this.link(this.identify(thumbprint(this.#keyOf(person))), person, person.wallet === 'expired');
		}
	}

	/** The holder whose key has that thumbprint. */
	identify(keyThumbprint: string): string {
		return createHmac('sha256', this.#secret).update(keyThumbprint).digest('hex');
	}

	/** What is known about a holder: nothing, a valid binding, or an expired one. */
	lookUp(holder: string): 'unknown' | 'known' | 'expired' {
		const stored = this.#bindings.find((entry) => entry.holder === holder);
		if (stored === undefined) return 'unknown';
		if (stored.expired) return 'expired';
		stored.binding.lastUsedAt = new Date().toISOString();
		return 'known';
	}

	link(holder: string, person: Person, expired = false): void {
		const binding = {
			id: randomUUID(),
			providerId: 'eduid-wallet',
			institutionId: person.institutionId,
			createdAt: new Date().toISOString()
		};
		this.#bindings = this.#bindings.filter((entry) => entry.holder !== holder);
		this.#bindings.push({ holder, subject: federatedSubject(person), expired, binding });
	}

	/** Whether any wallet of the person is linked. */
	hasLinked(person: Person): boolean {
		const subject = federatedSubject(person);
		return this.#bindings.some((entry) => entry.subject === subject && !entry.expired);
	}

	/** The subject may be any identifier in a token of the person. */
	list(subject: string): Binding[] {
		const person = personBySubject(subject);
		const stable = person === undefined ? subject : federatedSubject(person);
		return this.#bindings.filter((entry) => entry.subject === stable).map((entry) => entry.binding);
	}

	/** Removes any person's binding: the service does not check the owner, so the client has to. */
	remove(bindingId: string): void {
		this.#bindings = this.#bindings.filter((entry) => entry.binding.id !== bindingId);
	}
}
