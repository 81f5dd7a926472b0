import * as v from 'valibot';
import { problems } from '../http/problem-table';
import { jsonSchema } from './json-schema';
import { type ApiAnswer, type ApiRoute, codesOf } from './route';

type Json = Readonly<Record<string, unknown>>;

const REASONS: Readonly<Record<number, string>> = {
	400: 'The request is not valid; the message names the field.',
	401: 'No credential, or one that is not good.',
	403: 'A request from another site, or an access token without the scope.',
	404: 'There is nothing here of yours, or no longer.',
	409: 'Not now, or not with this session.',
	413: 'The body is too large.',
	415: 'The body is of another kind.',
	429: 'Too many requests.',
	500: 'A bug of ours.',
	502: 'A service behind the portal gave an answer that makes no sense.',
	503: 'A service behind the portal, or the portal itself, can not serve now.',
	504: 'A service behind the portal took too long.'
};

const text = { schema: { type: 'string' } };
const headers = {
	'X-Request-Id': { description: 'Names the request, here and in the log.', ...text },
	Location: { description: 'Where to go.', required: true, ...text },
	'Retry-After': { description: 'In seconds.', required: true, schema: { type: 'string', pattern: '^[0-9]+$' } },
	'WWW-Authenticate': { description: 'What is asked for, and why it was refused (RFC 6750 3).', ...text }
};
type HeaderName = keyof typeof headers;

/** Headers that any answer may have, for the description's components. */
export const headerComponents: Json = headers;

/** The error answers by status, for the description's components. */
export function problemComponents(): Json {
	const statuses = [...new Set(Object.values(problems).map(({ status }) => status))].sort();
	return Object.fromEntries(
		statuses.filter((status) => status in REASONS).map((status) => [name(status), problem(status)])
	);
}

/** All answers of a route, by status. */
export function responsesOf({ answers, problems: wanted }: ApiRoute): Json {
	const good = Object.entries(answers).map(([status, answer]) => [status, response(Number(status), answer)] as const);
	const bad = wanted.filter((status) => !(status in answers)).map((status) => [status, ref(name(status))] as const);
	return Object.fromEntries([...good, ...bad]);
}

function response(status: number, { what, json, type, leadsOn }: ApiAnswer): Json {
	const isAlsoProblem = status >= 400 && json === undefined;
	const content = {
		...(json && { 'application/json': { schema: jsonSchema(json) } }),
		...(isAlsoProblem && { 'application/json': { schema: problemSchema(status) } }),
		...(type && { [type]: type === 'text/event-stream' ? {} : text })
	};
	return {
		description: what,
		headers: named('X-Request-Id', ...(leadsOn ? (['Location'] as const) : [])),
		...(Object.keys(content).length > 0 && { content })
	};
}

function problem(status: number): Json {
	const waits = status === 429 || status === 503 ? (['Retry-After'] as const) : [];
	const asks = status === 401 || status === 403 ? (['WWW-Authenticate'] as const) : [];
	// Too much at once is told as a page to who asks for one.
	const page = status === 503 && { 'text/html': text };
	return {
		description: REASONS[status],
		headers: named('X-Request-Id', ...waits, ...asks),
		content: { 'application/json': { schema: problemSchema(status) }, ...page }
	};
}

function problemSchema(status: number) {
	return jsonSchema(v.strictObject({ error: v.picklist(codesOf(status)), message: v.string(), requestId: v.string() }));
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
