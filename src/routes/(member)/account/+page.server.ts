import { publicSession } from '$lib/server/auth/session';
import { config } from '$lib/server/config';
import { memberSession } from '$lib/server/handles/authorize';
import { linkedWallets } from '$lib/server/wallet/linked-wallets';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url }) => {
	return {
		view: publicSession(memberSession(locals)),
		wallets: config().signInMethods.wallet ? await linkedWallets(locals) : [],
		notice: url.searchParams.get('notice') === 'unlinked' ? ('unlinked' as const) : null
	};
};
