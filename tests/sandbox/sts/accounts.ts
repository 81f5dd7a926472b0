import { claimsOf, federatedSubject, subjectFor } from '../identity.ts';
import { type Person } from '../people.ts';

export interface Account {
	readonly id: string;
	readonly claims: Record<string, unknown>;
	readonly acr: string;
	readonly amr: readonly string[];
}

/** Who has signed in: `oidc-provider` asks again for the claims at every token. */
export class Accounts {
	readonly #accounts = new Map<string, Account>();

	/** Someone the institution vouches for. */
	fromInstitution(person: Person): Account {
		return this.#remember({
			id: subjectFor('sts', federatedSubject(person)),
			claims: claimsOf(person),
			acr: 'https://refeds.org/profile/sfa',
			amr: ['pwd']
		});
	}

	/** Someone the Bridge vouches for; `userId` is what it calls them. */
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
