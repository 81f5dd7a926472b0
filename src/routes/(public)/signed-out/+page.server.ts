import { takeDeparture } from '$lib/server/auth/departure';
import { handOver } from '$lib/server/http/request';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ cookies, setHeaders }) => {
	const url = await takeDeparture(cookies);
	if (url) handOver(setHeaders, url);
	return { continueUrl: url };
};
