import type { PersonId } from '../people.ts';
import type { Wallets } from '../wallet/people.ts';
import { RequestRefused } from '../wallet/request.ts';
import { decline } from '../wallet/wallet.ts';
import type { Presentation } from './presentation.ts';
import type { WalletSession } from './session.ts';

/** The result of an action of the wallet. `refused`: the Bridge does not accept the response. */
export type WalletOutcome = 'accepted' | 'refused' | 'too-late' | 'expired';

/** A wallet without a page, for tests and scripts: fetches the request of a session and responds, over HTTP. */
export class WalletActions {
	readonly #wallets: Wallets;
	readonly #presentation: Presentation;

	constructor(wallets: Wallets, presentation: Presentation) {
		this.#wallets = wallets;
		this.#presentation = presentation;
	}

	open(session: WalletSession): Promise<WalletOutcome> {
		return outcomeOf(async () => {
			await this.#wallets.open(linkOf(session));
			return 'accepted';
		});
	}

	/** Shares, and is checked at once: a person does not see the checking. */
	share(session: WalletSession, person: PersonId): Promise<WalletOutcome> {
		return outcomeOf(async () => {
			const response = await this.#wallets.share(await this.#wallets.open(linkOf(session)), person);
			await response.body?.cancel();
			this.#presentation.skipVerifyingTime(session);
			return response.ok ? 'accepted' : 'refused';
		});
	}

	decline(session: WalletSession): Promise<WalletOutcome> {
		return outcomeOf(async () => {
			const response = await decline(await this.#wallets.open(linkOf(session)));
			await response.body?.cancel();
			return response.ok ? 'accepted' : 'refused';
		});
	}
}

async function outcomeOf(act: () => Promise<WalletOutcome>): Promise<WalletOutcome> {
	try {
		return await act();
	} catch (error) {
		if (!(error instanceof RequestRefused)) throw error;
		return error.status === 410 ? 'expired' : 'too-late';
	}
}

function linkOf({ transaction, id }: WalletSession): string {
	if (transaction === undefined) throw new Error(`session ${id} has no request yet`);
	return transaction.link;
}
