import { runAuthjs } from '$lib/server/auth/authjs';
import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(async (event) => {
	const { response } = await runAuthjs(event, { path: 'providers', method: 'GET', flow: 'none' });
	return response.json();
});
