import { providerList } from '$lib/server/auth/authjs';
import { endpoint } from '$lib/server/http/endpoint';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(() => providerList());
