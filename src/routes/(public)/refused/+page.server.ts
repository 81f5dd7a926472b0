import { redirect } from '@sveltejs/kit';
import { errorPage } from '$lib/server/http/endpoint';
import { Problem, problemCodeOf } from '$lib/server/http/problem';
import type { PageServerLoad } from './$types';

/**
 * The page that a person gets in response to a refused request (`http/endpoint.ts`). If opened directly, it redirects to
 * the front page.
 */
export const load: PageServerLoad = ({ isSubRequest, locals, url }) => {
	const code = problemCodeOf(url.searchParams.get('code'));
	if (!isSubRequest || code === null) redirect(303, '/');
	errorPage(new Problem(code), locals);
};
