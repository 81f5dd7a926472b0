import { redirect } from '@sveltejs/kit';
import { signInPath } from '$lib/server/auth/login-path';
import { memberSession } from '$lib/server/handles/authorize';
import { orErrorPage, readPageForm } from '$lib/server/http/endpoint';
import { isFresh, ownWallet, unlinkWallet } from '$lib/server/wallet/linked-wallets';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const session = memberSession(locals);
	const wallet = await orErrorPage(ownWallet(locals, params.id), locals);
	return {
		wallet,
		freshness: isFresh(session) ? 'fresh' : session.isReauthIgnored ? 'ignored' : 'old',
		freshSignInUrl: signInPath('sts', url.pathname, true)
	} as const;
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, params, url } = event;
		await readPageForm(event);
		if (!isFresh(memberSession(locals))) redirect(303, url.pathname);
		await orErrorPage(unlinkWallet(locals, params.id), locals);
		redirect(303, '/account?notice=unlinked');
	}
};
