import { endpoint } from '$lib/server/http/endpoint';
import { runtime } from '$lib/server/runtime';
import { version } from '$lib/server/version';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(() => ({ status: 'ok', version, runtime }));
