import * as v from 'valibot';
import { type ProblemCode as Code, problems } from '../http/problem';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A response that is not a problem. */
export interface ApiResponse {
	readonly what: string;
	readonly json?: v.GenericSchema;
	/** The media type of a response that is not JSON. Its body is described as text. */
	readonly type?: 'text/plain';
	/**
	 * The events of a stream of server-sent events: the name of their schema, and each by the type that a client dispatches,
	 * with the schema of the JSON in its data.
	 */
	readonly events?: {
		readonly name: string;
		readonly types: Readonly<Record<string, { readonly what: string; readonly data: v.GenericSchema }>>;
	};
	/** Whether the response has a `Location` header. */
	readonly hasLocation?: true;
}

/**
 * Who may call a route. `open`: anyone. `session`: a browser with a session. `login`: a browser with a session or the login
 * page's cookie. `client`: API clients only. `owner`: a browser with the cookie of the wallet session in the path. If the
 * route has a scope, API clients whose access token has that scope may call it too.
 */
export type Access = 'open' | 'session' | 'login' | 'owner' | 'client';

/** One operation of the API. The description of the API is generated from it, and requests are validated with its schemas. */
export interface ApiRoute {
	/** The path, with parameters in braces, such as `/api/wallet/sessions/{id}/status`. */
	readonly path: string;
	readonly method: Method;
	/** The unique `operationId`, which names the operation in generated clients. */
	readonly id: string;
	readonly what: string;
	readonly access: Access;
	readonly scope?: string;
	/** Path parameters by name. */
	readonly parameters?: Readonly<Record<string, v.GenericSchema>>;
	/** Query parameters by name; all are optional. */
	readonly query?: Readonly<Record<string, v.GenericSchema>>;
	/** Request headers that affect the response, by name. */
	readonly headers?: Readonly<Record<string, v.GenericSchema>>;
	/** The schema of the body, called after the configuration is loaded. A missing body counts as `{}` or as an empty form. */
	readonly json?: () => v.GenericSchema;
	readonly form?: () => v.GenericSchema;
	/** Responses by status. `default` covers every status that has no entry here or in `problems`. */
	readonly responses: Readonly<Record<number, ApiResponse> & { default?: ApiResponse }>;
	/** Statuses of the problems that the route may respond with (`http/problem.ts`). */
	readonly problems: readonly number[];
}

/**
 * Statuses that any route may respond with: 400, 408 and 431 for a malformed, slow or large head, 403 by the origin policy,
 * 500 after a bug.
 */
export const always = [400, 403, 408, 431, 500] as const;
/** Statuses that any route except the health routes may respond with: 503 if too many requests are in flight. */
export const anywhere = [...always, 503] as const;
/** Statuses for errors of a service behind the portal. */
export const upstream = [502, 503, 504] as const;
/** Statuses for a body that is too large, or of an unsupported media type. */
export const unreadable = [413, 415] as const;

const codes = Object.keys(problems) as Code[];

/** The `error` field of every error response. */
export const ProblemCode = v.pipe(v.picklist(codes), v.title('ProblemCode'));

/** The problem codes that have this status. */
export function codesOf(status: number): readonly Code[] {
	return codes.filter((code) => problems[code].status === status);
}
