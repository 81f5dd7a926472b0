import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { isReadByPeople } from '../http/request';
import { type ApiResponse, type ApiRoute, codesOf, ProblemCode } from './route';

export type Json = Readonly<Record<string, unknown>>;

/**
 * Moves every schema that has a title (`v.title` of the Valibot schema) to the components, under that title, and leaves a
 * reference in its place: generators make one model of each named schema.
 * @param described a part of the description; nothing but schemas may have a `title` in it
 * @param schemas receives the named schemas
 * @throws {Error} for one title of two different schemas
 */
export function nameSchemas(described: unknown, schemas: Record<string, Json>): unknown {
	if (Array.isArray(described)) return described.map((item: unknown) => nameSchemas(item, schemas));
	if (typeof described !== 'object' || described === null) return described;
	const { title, ...rest } = described as Json;
	const named = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, nameSchemas(value, schemas)]));
	if (title === undefined) return named;
	if (typeof title !== 'string') return { ...named, title: nameSchemas(title, schemas) };
	const known = schemas[title];
	if (known && JSON.stringify(known) !== JSON.stringify(named)) throw new Error(`two schemas have the title ${title}`);
	schemas[title] = named;
	return { $ref: `#/components/schemas/${title}` };
}

/**
 * The JSON Schema (2020-12, which OpenAPI 3.1 uses) of a schema's input. Named schemas in it have a title
 * (`nameSchemas`).
 * @throws for a schema that JSON Schema cannot express
 */
export function jsonSchema(schema: v.GenericSchema): JsonSchema {
	const { $schema: _, ...converted } = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input' });
	return converted;
}

/** Descriptions of responses for OpenAPI. The messages of problems are in `http/problem.ts`. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
	400: 'The request is not valid; the message says why, and names the field if it is one.',
	401: 'The credential is missing or not valid; or the sign-in is not strong or new enough, and `stepUpUrl` is where to sign in.',
	403: 'The request comes from another site, the access token lacks the scope, or the caller may not do this.',
	404: 'Not found, expired, or owned by another caller.',
	408: 'The request took too long to arrive.',
	409: 'Not possible now, or not with this session; the code says why.',
	413: 'The request body is too large.',
	415: 'The media type of the request body is not supported.',
	429: 'Too many requests.',
	431: 'The target and headers of the request are too large.',
	500: 'An error in the portal.',
	502: 'A service behind the portal sent an invalid response.',
	503: 'The portal, or a service behind it, is unavailable.',
	504: 'A service behind the portal took too long.'
};

const problemSchema = jsonSchema(
	v.pipe(
		v.strictObject({
			error: ProblemCode,
			message: v.pipe(v.string(), v.description('For developers, in English.')),
			requestId: v.pipe(v.string(), v.description('The id of the request, which the log has too.')),
			stepUpUrl: v.optional(v.pipe(v.string(), v.description('Where a person signs in more strongly; only with 401.')))
		}),
		v.title('Problem')
	)
);

const text = { schema: { type: 'string' } };
const headers = {
	'X-Request-Id': { description: 'The id of the request, which the log has too.', ...text },
	Location: { description: 'The address of the redirect.', required: true, ...text },
	'Retry-After': {
		description: 'Seconds to wait before trying again.',
		required: true,
		schema: { type: 'string', pattern: '^[0-9]+$' }
	},
	'WWW-Authenticate': { description: 'The expected credential, and why the request was refused (RFC 6750 3).', ...text }
};
type HeaderName = keyof typeof headers;

/** Response headers, for the components of the description. */
export const headerComponents: Json = headers;

/** Error responses of these routes, for the components of the description. */
export function problemComponents(routes: readonly ApiRoute[]): Json {
	const described = routes.flatMap((route) =>
		route.problems.map((status) => [name(status, route), problem(status, mayBePage(status, route))] as const)
	);
	return Object.fromEntries(described.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** All responses of a route, by status. */
export function responsesOf(route: ApiRoute): Json {
	const { responses, problems: wanted } = route;
	const good = Object.entries(responses).map(([status, described]) => [status, response(described)] as const);
	const bad = wanted
		.filter((status) => !(status in responses))
		.map((status) => [status, ref(name(status, route))] as const);
	return Object.fromEntries([...good, ...bad]);
}

/**
 * Whether an error may be a page: if people open the address and the client accepts HTML (`expectsPage`), or if the headers
 * are too large for Node to read the address.
 */
function mayBePage(status: number, { path }: ApiRoute): boolean {
	return status === 431 || isReadByPeople(path.replaceAll(/\{(\w+)\}/g, '[$1]'));
}

function response({ what, json, type, events, hasLocation }: ApiResponse): Json {
	const content = {
		...(json && { 'application/json': { schema: jsonSchema(json) } }),
		...(type && { [type]: text }),
		...(events && { 'text/event-stream': { schema: eventSchema(events) } })
	};
	return {
		description: what,
		headers: named('X-Request-Id', ...(hasLocation ? (['Location'] as const) : [])),
		...(Object.keys(content).length > 0 && { content })
	};
}

function problem(status: number, isAlsoPage: boolean): Json {
	const waits = status === 429 || status === 503 ? (['Retry-After'] as const) : [];
	const challenge = status === 401 || status === 403 ? (['WWW-Authenticate'] as const) : [];
	return {
		description: `${DESCRIPTIONS[status]} Codes: ${codesOf(status)
			.map((code) => `\`${code}\``)
			.join(', ')}.`,
		headers: named('X-Request-Id', ...waits, ...challenge),
		content: { 'application/json': { schema: problemSchema }, ...(isAlsoPage && { 'text/html': text }) }
	};
}

/**
 * One event of a stream as the object that a client parses it into. OpenAPI 3.1 says nothing about such streams; this is
 * `itemSchema` of OpenAPI 3.2, under the keyword that tools for 3.1 read.
 */
function eventSchema({ name: stream, types }: NonNullable<ApiResponse['events']>): Json {
	const oneOf = Object.entries(types).map(([event, { what, data }]) => ({
		title: `${stream}${event.charAt(0).toUpperCase()}${event.slice(1)}`,
		type: 'object',
		description: what,
		properties: {
			event: { const: event },
			data: { type: 'string', contentMediaType: 'application/json', contentSchema: jsonSchema(data) }
		},
		required: ['event', 'data']
	}));
	return { title: stream, oneOf };
}

function named(...names: readonly HeaderName[]): Json {
	return Object.fromEntries(names.map((one) => [one, { $ref: `#/components/headers/${one}` }]));
}

function name(status: number, route: ApiRoute): string {
	return `${mayBePage(status, route) ? 'ProblemOrPage' : 'Problem'}${status}`;
}

function ref(component: string): Json {
	return { $ref: `#/components/responses/${component}` };
}
