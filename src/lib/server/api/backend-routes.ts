import * as v from 'valibot';
import type { Backend } from '../config/backends';
import type { ApiRoute, Method } from './route';

/** The institution's own services, as they are configured. What is said here is the portal's part of it. */
export function backendRoutes(backends: readonly Backend[]): ApiRoute[] {
	return backends.flatMap(({ name, methods, callerScope }) =>
		methods.map((method) => ({
			path: `/api/backends/${name}/{path}`,
			method: method.toLowerCase() as Method,
			id: `${method.toLowerCase()}-${name}`,
			what: `Proxy a request to the service "${name}". The path may have several segments.`,
			access: 'session',
			...(callerScope !== undefined && { scope: callerScope }),
			parameters: { path: v.string() },
			answers: { default: { what: 'The response of the service.', type: '*/*' } },
			problems: [401, 500, 502, 503, 504]
		}))
	);
}
