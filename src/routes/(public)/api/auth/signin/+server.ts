import { seeOther } from '$lib/server/http/see-other';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = ({ url }) => {
	const returnTo = url.searchParams.get('callbackUrl');
	return seeOther(`/login${returnTo ? `?${new URLSearchParams({ returnTo })}` : ''}`);
};
