import type { RouteId } from '$app/types';
import type { RequestEvent } from '@sveltejs/kit';
import { MAX_UPLOADS } from '../backends/in-progress';
import { streamsBody } from '../backends/proxy';
import { config } from '../config';
import { refusal } from '../http/endpoint';
import { isWithin } from '../http/request';
import { countRefusal } from '../metrics';
import type { Handle } from './sequence';

/**
 * Back-channel logout. The STS may not repeat it, so a busy portal still accepts it. It is limited because anybody can call
 * it.
 */
export const MAX_LOGOUTS = 100;

const HEALTH: readonly RouteId[] = ['/(public)/api/health'];
const BACKENDS: readonly RouteId[] = ['/(member)/api/backends'];

type Pool = 'requests' | 'uploads' | 'logouts';

const inFlight: Record<Pool, number> = { requests: 0, uploads: 0, logouts: 0 };

/**
 * Limits how many requests are in flight, and refuses further ones immediately. While a service behind the portal is slow, the
 * requests that wait for it must not fill the memory. A stream counts until it begins; then it has its own limit (`wallet/events.ts`,
 * `backends/in-progress.ts`).
 */
export const loadShedding: Handle = (input) => {
	const { event, resolve } = input;
	const pool = poolOf(event);
	if (pool === null) return resolve(event);
	const limits = { requests: config().requestsAtOnce, uploads: MAX_UPLOADS, logouts: MAX_LOGOUTS };
	return inFlight[pool] < limits[pool] ? counted(input, pool) : refused(event, pool);
};

/**
 * Null for requests that do not count: sub-requests, and health checks, because a busy instance must not count as failed.
 */
function poolOf({ isSubRequest, request, route }: RequestEvent): Pool | null {
	if (isSubRequest || isWithin(route.id, HEALTH)) return null;
	if (route.id === '/(public)/api/auth/backchannel-logout') return 'logouts';
	return isWithin(route.id, BACKENDS) && streamsBody(request) ? 'uploads' : 'requests';
}

async function counted({ event, resolve }: Parameters<Handle>[0], pool: Pool): Promise<Response> {
	inFlight[pool] += 1;
	try {
		return await resolve(event);
	} finally {
		inFlight[pool] -= 1;
	}
}

function refused(event: RequestEvent, pool: Pool): Promise<Response> {
	countRefusal(`${pool}_process`);
	return refusal(event, 'busy');
}
