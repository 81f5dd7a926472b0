import { redirect } from '@sveltejs/kit';
import { ACCOUNT_ACTS, lackingForAccountActs, stepUpSignInPath } from '$lib/server/auth/step-up';
import { memberSession } from '$lib/server/handles/authorize';
import { orAlreadyDone, orErrorPage, readPageForm } from '$lib/server/http/endpoint';
import { ownWallet, unlinkWallet } from '$lib/server/wallet/linked-wallets';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const session = memberSession(locals);
	const { wallet, position } = await orErrorPage(ownWallet(locals, params.id), locals);
	return {
		wallet,
		position,
		lacking: lackingForAccountActs(session),
		stepUpUrl: stepUpSignInPath(ACCOUNT_ACTS, url.pathname)
	};
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, params, url } = event;
		await readPageForm(event);
		if (lackingForAccountActs(memberSession(locals)) !== null) redirect(303, url.pathname);
		await orErrorPage(orAlreadyDone(unlinkWallet(locals, params.id)), locals);
		redirect(303, '/account?notice=unlinked');
	}
};
