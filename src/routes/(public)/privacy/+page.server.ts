import { redirect } from '@sveltejs/kit';
import { config } from '$lib/server/config';
import { hasSharedStore } from '$lib/server/store';
import type { PageServerLoad } from './$types';

/** If the institution has its own privacy statement, the page redirects there. */
export const load: PageServerLoad = ({ locals }) => {
	const { privacyPage } = config().brand;
	if (privacyPage) redirect(303, privacyPage[locals.locale()]);
	return { hasBrowserList: hasSharedStore() };
};
