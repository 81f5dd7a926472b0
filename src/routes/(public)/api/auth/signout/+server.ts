import { signOut } from '$lib/server/auth/sign-out';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async (event) => {
	await signOut(event);
	return seeOther('/signed-out');
});
