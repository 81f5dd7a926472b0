import { redirect } from '@sveltejs/kit';
import { beginLoginTransaction } from '$lib/server/auth/login-transaction';
import { config } from '$lib/server/config';
import { formText } from '$lib/server/http/request-body';
import { returnPath } from '$lib/server/http/return-path';
import { currentSession } from '$lib/server/wallet/current-session';
import { renewCode, startCode } from '$lib/server/wallet/renew';
import { startFailure } from '$lib/server/wallet/start-failure';
import { stopWallet } from '$lib/server/wallet/stop';
import { walletStep } from '$lib/server/wallet/wallet-view';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async (event) => {
	// Once: asked again, another session may have been scanned meanwhile.
	const owned = await currentSession(event);
	const step = await walletStep(event, owned);
	if ('goTo' in step) redirect(303, step.goTo);
	await beginLoginTransaction(event.cookies);
	const wanted = owned?.returnTo ?? event.url.searchParams.get('returnTo');
	return { view: step.view, returnTo: returnPath(wanted, config().origin) };
};

export const actions: Actions = {
	start: async (event) => {
		const form = await event.request.formData();
		const returnTo = returnPath(formText(form, 'returnTo'), config().origin);
		const replaced = formText(form, 'replaces');
		try {
			if (replaced) await renewCode(event, replaced, returnTo);
			else await startCode(event, formText(form, 'attempt'), returnTo);
		} catch (error) {
			return startFailure(error, event.locals, returnTo);
		}
		redirect(303, '/login/wallet');
	},

	cancel: stopWallet
};
