import { claimsOf, federatedSubject, subjectFor } from '../identity.ts';
import { type Person } from '../people.ts';

/** The levels of the STS (REFEDS), weakest first. */
export const SFA = 'https://refeds.org/profile/sfa';
export const MFA = 'https://refeds.org/profile/mfa';

export interface Account {
	readonly id: string;
	readonly claims: Record<string, unknown>;
	readonly acr: string;
	readonly amr: readonly string[];
}

/** The accounts that have signed in: `oidc-provider` reads the claims again for every token. */
export class Accounts {
	readonly #accounts = new Map<string, Account>();

	/** An account authenticated by the institution, with a second factor or only a password. */
	fromInstitution(person: Person, hasSecondFactor: boolean): Account {
		return this.#remember({
			id: subjectFor('sts', federatedSubject(person)),
			claims: claimsOf(person),
			acr: hasSecondFactor ? MFA : SFA,
			amr: hasSecondFactor ? ['pwd', 'otp'] : ['pwd']
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
