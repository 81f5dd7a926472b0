import * as v from 'valibot';
import { version } from '../version';
import { cookieName } from '../http/cookies';
import { config } from '../config';
import { type Json, nameSchemas, headerComponents, jsonSchema, problemComponents, responsesOf } from './responses';
import { apiRoutes, backendRoutes } from './routes';
import type { Access, ApiRoute } from './route';

const cookiesFor: Readonly<Record<Access, readonly string[]>> = {
	open: [],
	session: ['session'],
	login: ['session', 'login'],
	owner: ['owner'],
	client: []
};

type Parameter = Json & { readonly schema: ReturnType<typeof jsonSchema> };

let described: Uint8Array<ArrayBuffer> | undefined;

/** The groups of operations, by the start of the path; the first one that fits. Generators make a module of each. */
const tags = [
	{ start: '/api/wallet/', name: 'wallet', description: 'Wallet sessions of a browser or an API client.' },
	{ start: '/api/backends/', name: 'backends', description: "The institution's own backends." },
	{ start: '/api/admin/', name: 'administration', description: 'For API clients of the operator.' },
	{ start: '/api/auth/', name: 'sign-in', description: 'Sign-in and sign-out of people, for browsers and the STS.' },
	{ start: '/', name: 'portal', description: 'The caller, health and published documents.' }
] as const;

/** The OpenAPI 3.1 description of the API in JSON, generated once from the route tables: all responses share the bytes. */
export function apiDescription(): Uint8Array<ArrayBuffer> {
	return (described ??= new TextEncoder().encode(
		JSON.stringify(describe([...apiRoutes.filter(isOffered), ...backendRoutes(config().backends)]))
	));
}

function isOffered({ path }: ApiRoute): boolean {
	if (path.startsWith('/api/admin/')) return config().adminClientIds.length > 0;
	return config().signInMethods.wallet || !path.startsWith('/api/wallet/');
}

function describe(routes: readonly ApiRoute[]): Json {
	const paths: Record<string, Record<string, Json>> = {};
	for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
	const schemas: Record<string, Json> = {};
	const named = nameSchemas(
		{ paths, parameters: parameterComponents(routes), responses: problemComponents(routes) },
		schemas
	);
	const { paths: namedPaths, ...components } = named as Json;
	return {
		openapi: '3.1.1',
		info: {
			title: 'eduID wallet portal',
			version,
			description:
				'The API for browsers and for clients with an access token. Error responses are `{error, message, requestId}`; `error` is a stable code.',
			license: { name: 'Apache-2.0', identifier: 'Apache-2.0' }
		},
		servers: [{ url: config().origin }],
		security: [],
		tags: tags.map(({ name, description }) => ({ name, description })),
		paths: namedPaths,
		components: { schemas, ...components, headers: headerComponents, securitySchemes: securitySchemes() }
	};
}

function operation(route: ApiRoute): Json {
	const body = bodyOf(route);
	return {
		operationId: route.id,
		summary: route.what,
		tags: [tags.find(({ start }) => route.path.startsWith(start))?.name],
		security: securityOf(route),
		parameters: parameters(route).map(byName),
		...(body && { requestBody: body }),
		responses: responsesOf(route)
	};
}

/** A parameter whose schema has a title is a component of that name. */
const byName = (one: Parameter) =>
	one.schema.title === undefined ? one : { $ref: `#/components/parameters/${one.schema.title}` };

function parameterComponents(routes: readonly ApiRoute[]): Json {
	const named: Record<string, Json> = {};
	for (const one of routes.flatMap(parameters)) if (one.schema.title !== undefined) named[one.schema.title] = one;
	return named;
}

function parameters({ parameters: path, query, headers: header }: ApiRoute): Parameter[] {
	return Object.entries({ path, query, header }).flatMap(([place, schemas = {}]) =>
		Object.entries(schemas).map(([name, schema]) => ({
			name,
			in: place,
			required: place === 'path',
			schema: jsonSchema(schema)
		}))
	);
}

/** The body is required if its schema refuses an empty object. */
function bodyOf({ json, form }: ApiRoute): Json | null {
	const schema = (json ?? form)?.();
	if (!schema) return null;
	const type = json ? 'application/json' : 'application/x-www-form-urlencoded';
	return { required: !v.is(schema, {}), content: { [type]: { schema: jsonSchema(schema) } } };
}

/** Alternatives: one of them is sufficient. */
function securityOf({ access, scope }: ApiRoute): Json[] {
	const cookies = cookiesFor[access].map((name) => ({ [name]: [] }));
	return scope === undefined || config().api.audience === undefined
		? cookies
		: [...cookies, { bearer: scope.split(' ') }];
}

function securitySchemes(): Json {
	const cookie = (name: string, description: string) => ({
		type: 'apiKey',
		in: 'cookie',
		name: cookieName(name),
		description
	});
	const { api, sts } = config();
	return {
		session: cookie(
			'session',
			'A signed-in browser. A large session uses several cookies, with .0, .1, … after the name.'
		),
		login: cookie('login', 'A browser that has loaded the login page within the last half hour.'),
		owner: cookie('wallet.{id}', 'The browser that created the wallet session with this id.'),
		...(api.audience !== undefined && {
			bearer: {
				type: 'http',
				scheme: 'bearer',
				bearerFormat: 'JWT',
				description: `An access token of ${sts.issuer} for the audience ${api.audience}, with the scope that the operation names.`
			}
		})
	};
}
