import { redirect } from '@sveltejs/kit';
import { endAll, endOther, endOthers, otherSession } from '$lib/server/auth/account-sessions';
import { ACCOUNT_ACTS, lackingForAccountActs, stepUpSignInPath } from '$lib/server/auth/step-up';
import { memberSession } from '$lib/server/handles/authorize';
import { orAlreadyDone, orErrorPage, readPageForm } from '$lib/server/http/endpoint';
import type { Actions, PageServerLoad } from './$types';

/** `which` is `all`, `others`, or the id of another session. */
const scopeOf = (which: string) => (which === 'all' || which === 'others' ? which : 'one');

export const load: PageServerLoad = async ({ locals, params, url }) => {
	const session = memberSession(locals);
	const scope = scopeOf(params.which);
	return {
		scope,
		other: scope === 'one' ? await orErrorPage(otherSession(session, params.which), locals) : null,
		lacking: lackingForAccountActs(session),
		stepUpUrl: stepUpSignInPath(ACCOUNT_ACTS, url.pathname)
	} as const;
};

export const actions: Actions = {
	default: async (event) => {
		const { locals, params, url } = event;
		await readPageForm(event);
		const session = memberSession(locals);
		if (lackingForAccountActs(session) !== null) redirect(303, url.pathname);
		const scope = scopeOf(params.which);
		if (scope === 'all') {
			await endAll(session, event);
			redirect(303, '/signed-out');
		}
		if (scope === 'others') await endOthers(session, locals);
		else await orErrorPage(orAlreadyDone(endOther(session, params.which, locals)), locals);
		redirect(303, `/account/sessions?notice=${scope}`);
	}
};
