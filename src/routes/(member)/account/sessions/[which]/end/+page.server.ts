import { redirect } from '@sveltejs/kit';
import { endAll, endOther, endOthers, otherSession } from '$lib/server/auth/account-sessions';
import { ACCOUNT_ACTS, lackingForAccountActs, stepUpSignInPath } from '$lib/server/auth/step-up';
import { memberSession } from '$lib/server/handles/authorize';
import { orAlreadyDone, orErrorPage, readPageForm } from '$lib/server/http/endpoint';
import type { Actions, PageServerLoad } from './$types';

/** `which` is `all`, `others`, or the id of another session. */
const scopeOf = (which: string): 'all' | 'others' | 'one' => (which === 'all' || which === 'others' ? which : 'one');

export const load: PageServerLoad = async (event) => {
	const { locals, params, url } = event;
	const session = memberSession(locals);
	const scope = scopeOf(params.which);
	const target = scope === 'one' ? await orErrorPage(otherSession(session, params.which, event), locals) : scope;
	return {
		/** What is ended: all sessions, all others, or one other session. */
		target,
		lacking: lackingForAccountActs(session),
		stepUpUrl: stepUpSignInPath(ACCOUNT_ACTS, url.pathname)
	};
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
