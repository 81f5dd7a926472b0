import { publicSession } from '$lib/server/auth/account-sessions';
import type { Session } from '$lib/server/auth/session';
import { config } from '$lib/server/config';
import { memberSession } from '$lib/server/handles/authorize';
import { institutionNames } from '$lib/server/sts/institutions';
import { nameForPeople } from '$lib/server/upstream/lenient';
import { linkedWallets } from '$lib/server/wallet/linked-wallets';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	const session = memberSession(locals);
	const [institutionName, wallets] = await Promise.all([
		institutionOf(session, locals),
		config().signInMethods.wallet ? linkedWallets(locals) : []
	]);
	return {
		view: publicSession(session),
		idleMinutes: Math.floor(config().sessionIdleSeconds / 60),
		institutionName,
		wallets,
		notice: url.searchParams.get('notice') === 'unlinked' ? ('unlinked' as const) : null
	};
};

/** The name of the person's institution; null if only its id or domain is known. */
async function institutionOf({ institutionId, institution }: Session, locals: App.Locals): Promise<string | null> {
	const nameOf = await institutionNames(locals.locale());
	return nameOf(institutionId) ?? nameOf(institution) ?? nameForPeople(institution);
}
