import { redirect } from '@sveltejs/kit';
import { config } from '$lib/server/config';
import { readPageForm } from '$lib/server/http/endpoint';
import { helpCodeOf } from '$lib/server/http/headers';
import { returnPath } from '$lib/server/http/return-path';
import { confirmIdentity, startIdentity } from '$lib/server/wallet/identity';
import { identityStep } from '$lib/server/wallet/identity-page';
import { knownIdentityOutcome } from '$lib/server/wallet/sessions';
import { ownedSessions } from '$lib/server/auth/wallet-cookies';
import { cancelWallet, rejectIdentity } from '$lib/server/wallet/cancel';
import type { Actions, PageServerLoad } from './$types';

export const csr = true;

export const load: PageServerLoad = async (event) => {
	const { searchParams } = event.url;
	const outcome = knownIdentityOutcome(searchParams.get('outcome'));
	const [owned] = ownedSessions(event.cookies);
	const returnTo = returnPath(owned?.returnTo ?? searchParams.get('returnTo'), config().origin);
	const helpCode = helpCodeOf(searchParams.get('helpCode'));
	if (outcome) return { view: { screen: 'ended' as const, outcome, helpCode }, returnTo };
	const step = await identityStep(event);
	if ('goTo' in step) redirect(303, step.goTo);
	return { view: step.view, returnTo };
};

export const actions: Actions = {
	start: async (event) => startIdentity(event, await readPageForm(event)),

	confirm: async (event) => confirmIdentity(event, await readPageForm(event)),

	reject: async (event) => rejectIdentity(event, await readPageForm(event)),

	cancel: async (event) => cancelWallet(event, await readPageForm(event))
};
