import { redirect } from '@sveltejs/kit';
import { config } from '$lib/server/config';
import type { PageServerLoad } from './$types';

/** Where the institution has a privacy statement of its own, that one counts. */
export const load: PageServerLoad = ({ locals }) => {
	const { privacyPage } = config().brand;
	if (privacyPage) redirect(303, privacyPage[locals.locale()]);
};
