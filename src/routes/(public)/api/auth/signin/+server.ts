import { loginPath } from '$lib/server/auth/login-page';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(({ url }) => seeOther(loginPath(url.searchParams.get('callbackUrl'))));
