import { endpoint } from '$lib/server/http/endpoint';
import { runtime, version } from '$lib/server/runtime';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = endpoint(() => ({ status: 'ok', version, runtime }));
