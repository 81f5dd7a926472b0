import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { problems } from '../http/problem-table';
import { type ApiResponse, type ApiRoute, codesOf } from './route';

/**
 * The JSON Schema (2020-12, which OpenAPI 3.1 uses) of a schema's input.
 * @throws for a schema that JSON Schema cannot express
 */
export function jsonSchema(schema: v.GenericSchema): JsonSchema {
	const { $schema: _, ...converted } = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input' });
	return converted;
}

type Json = Readonly<Record<string, unknown>>;

/** Descriptions of responses for OpenAPI. The messages of problems are in `http/problem-table.ts`. */
const DESCRIPTIONS: Readonly<Record<number, string>> = {
	400: 'The request is not valid; the message names the field.',
	401: 'The credential is missing or not valid; or the sign-in is not strong or new enough, and `stepUpUrl` is where to sign in.',
	403: 'The request comes from another site, or the access token lacks the scope.',
	404: 'Not found, expired, or owned by somebody else.',
	409: 'Not possible now, or not with this session; the code says why.',
	413: 'The request body is too large.',
	415: 'The media type of the request body is not supported.',
	429: 'Too many requests.',
	500: 'An error in the portal.',
	502: 'A service behind the portal sent an invalid response.',
	503: 'The portal, or a service behind it, is unavailable.',
	504: 'A service behind the portal took too long.'
};

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

/** Error responses by status, for the components of the description. */
export function problemComponents(): Json {
	const statuses = [...new Set(Object.values(problems).map(({ status }) => status))].sort();
	return Object.fromEntries(
		statuses.filter((status) => status in DESCRIPTIONS).map((status) => [name(status), problem(status)])
	);
}

/** All responses of a route, by status. */
export function responsesOf({ answers, problems: wanted }: ApiRoute): Json {
	const good = Object.entries(answers).map(([status, answer]) => [status, response(Number(status), answer)] as const);
	const bad = wanted.filter((status) => !(status in answers)).map((status) => [status, ref(name(status))] as const);
	return Object.fromEntries([...good, ...bad]);
}

function response(status: number, { what, json, type, hasLocation }: ApiResponse): Json {
	const isAlsoProblem = status >= 400 && json === undefined;
	const content = {
		...(json && { 'application/json': { schema: jsonSchema(json) } }),
		...(isAlsoProblem && { 'application/json': { schema: problemSchema(status) } }),
		...(type && { [type]: type === 'text/event-stream' ? {} : text })
	};
	return {
		description: what,
		headers: named('X-Request-Id', ...(hasLocation ? (['Location'] as const) : [])),
		...(Object.keys(content).length > 0 && { content })
	};
}

function problem(status: number): Json {
	const waits = status === 429 || status === 503 ? (['Retry-After'] as const) : [];
	const asks = status === 401 || status === 403 ? (['WWW-Authenticate'] as const) : [];
	// An overloaded portal responds with a page if the request accepts HTML.
	const page = status === 503 && { 'text/html': text };
	return {
		description: DESCRIPTIONS[status],
		headers: named('X-Request-Id', ...waits, ...asks),
		content: { 'application/json': { schema: problemSchema(status) }, ...page }
	};
}

function problemSchema(status: number) {
	const problem = { error: v.picklist(codesOf(status)), message: v.string(), requestId: v.string() };
	return jsonSchema(v.strictObject(status === 401 ? { ...problem, stepUpUrl: v.optional(v.string()) } : problem));
}

function named(...names: readonly HeaderName[]): Json {
	return Object.fromEntries(names.map((one) => [one, { $ref: `#/components/headers/${one}` }]));
}

function name(status: number): string {
	return `Problem${status}`;
}

function ref(component: string): Json {
	return { $ref: `#/components/responses/${component}` };
}
