import * as v from 'valibot';
import { PublicCaller } from '../auth/bearer-caller';
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
		what: 'Who is signed in, or which program calls.',
		access: 'session',
		scope: PROFILE_SCOPE,
		answers: { 200: { what: 'A person, or a program.', json: v.union([PublicSession, PublicCaller]) } },
		problems: [...anywhere, 401]
	},
	{
		path: '/api/health',
		method: 'get',
		id: 'readHealth',
		what: 'Whether this instance answers; it asks nobody else.',
		access: 'open',
		answers: {
			200: {
				what: 'It does.',
				json: v.strictObject({ status: v.literal('ok'), version: v.string(), runtime: v.string() })
			}
		},
		problems: always
	},
	{
		path: '/api/health/ready',
		method: 'get',
		id: 'readReadiness',
		what: 'Whether this instance can serve: the STS, the Auth Bridge and the shared store.',
		access: 'open',
		answers: {
			200: { what: 'It can.', json: Ready },
			503: { what: 'The instance is not ready.', json: NotReady }
		},
		problems: always
	},
	{
		path: '/api/openapi.json',
		method: 'get',
		id: 'readDescription',
		what: 'This description.',
		access: 'open',
		answers: { 200: { what: 'OpenAPI 3.1.', json: v.looseObject({ openapi: v.literal('3.1.1') }) } },
		problems: anywhere
	}
];
