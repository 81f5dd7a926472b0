import { claimsOf, federatedSubject, subjectFor } from '../identity.ts';
import { type Person } from '../people.ts';

export interface Account {
	readonly id: string;
	readonly claims: Record<string, unknown>;
	readonly acr: string;
	readonly amr: readonly string[];
}

/** The accounts that have signed in: `oidc-provider` reads the claims again for every token. */
export class Accounts {
	readonly #accounts = new Map<string, Account>();

	/** An account authenticated by the institution. */
	fromInstitution(person: Person): Account {
		return this.#remember({
			id: subjectFor('sts', federatedSubject(person)),
			claims: claimsOf(person),
			acr: 'https://refeds.org/profile/sfa',
			amr: ['pwd']
		});
	}

	/** An account authenticated by the Bridge; `userId` is the Bridge's id for it. */
	fromWallet(userId: string, claims: Record<string, unknown>, acr: string, amr: readonly string[]): Account {
		return this.#remember({ id: subjectFor('sts-wallet', userId), claims, acr, amr });
	}

	find(id: string): Account | undefined {
		return this.#accounts.get(id);
	}

	#remember(account: Account): Account {
		this.#accounts.set(account.id, account);
		return account;
	}
}
