import * as v from 'valibot';
import { PublicCaller } from '../auth/bearer';
import { PublicSession } from '../auth/session';
import { NotReady, Ready } from '../readiness';
import { always, type ApiRoute, anywhere } from './route';

export const PROFILE_SCOPE = 'profile:read';

/** Who one is, how the portal fares, and what it can do. */
export const otherRoutes: readonly ApiRoute[] = [
	{
		path: '/api/me',
		method: 'get',
		id: 'readMe',
		what: 'Read who is signed in, or which program calls.',
		access: 'session',
		scope: PROFILE_SCOPE,
		answers: { 200: { what: 'A person or a program.', json: v.union([PublicSession, PublicCaller]) } },
		problems: [...anywhere, 401]
	},
	{
		path: '/api/health',
		method: 'get',
		id: 'readHealth',
		what: 'Liveness: whether this instance responds. It calls no other service.',
		access: 'open',
		answers: {
			200: {
				what: 'The instance responds.',
				json: v.strictObject({ status: v.literal('ok'), version: v.string(), runtime: v.string() })
			}
		},
		problems: always
	},
	{
		path: '/api/health/ready',
		method: 'get',
		id: 'readReadiness',
		what: 'Readiness: whether the STS, the Auth Bridge and the shared store can be reached.',
		access: 'open',
		answers: {
			200: { what: 'The instance is ready.', json: Ready },
			503: { what: 'The instance is not ready.', json: NotReady }
		},
		problems: always
	},
	{
		path: '/api/openapi.json',
		method: 'get',
		id: 'readDescription',
		what: 'Read this description.',
		access: 'open',
		answers: { 200: { what: 'The description in OpenAPI 3.1.', json: v.looseObject({ openapi: v.literal('3.1.1') }) } },
		problems: anywhere
	}
];
