import { error, redirect } from '@sveltejs/kit';
import { problems } from '$lib/server/http/problem-table';
import type { PageServerLoad } from './$types';

/** What people see in place of the page they asked for while too much is under way; it has nothing for who comes by itself. */
export const load: PageServerLoad = ({ isSubRequest, locals }) => {
	if (!isSubRequest) redirect(303, '/');
	const { status, message } = problems.busy;
	error(status, { message, requestId: locals.requestId });
};
