import type * as v from 'valibot';
import type { ProblemCode } from '../http/problem';
import { problems } from '../http/problem-table';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** One answer that is no error. */
export interface ApiAnswer {
	readonly what: string;
	readonly json?: v.GenericSchema;
	/** Of an answer that is no JSON; its body is a text. */
	readonly type?: 'text/html' | 'text/event-stream' | '*/*';
	/** Names another address, by `Location`. */
	readonly leadsOn?: true;
}

/**
 * Who may call: anybody; a browser with a session; with a session or the login page's cookie; or with the cookie of the
 * wallet session in the path. With a scope, a program whose access token has it may call as well.
 */
export type Access = 'open' | 'session' | 'login' | 'owner';

/** One operation of the API: what the description of the API is made of, and what requests are checked by. */
export interface ApiRoute {
	/** With parameters in braces, such as `/api/wallet/sessions/{id}/status`. */
	readonly path: string;
	readonly method: Method;
	/** Unique; names the operation in generated clients. */
	readonly id: string;
	readonly what: string;
	readonly access: Access;
	readonly scope?: string;
	/** Of the path, by name. */
	readonly parameters?: Readonly<Record<string, v.GenericSchema>>;
	/** Of the query, by name; none is needed. */
	readonly query?: Readonly<Record<string, v.GenericSchema>>;
	/** Request headers that change the answer, by name. */
	readonly headers?: Readonly<Record<string, v.GenericSchema>>;
	/** The body, once the configuration is there. Left out, it counts as `{}`, or as a form without fields. */
	readonly json?: () => v.GenericSchema;
	readonly form?: () => v.GenericSchema;
	/** By status; `default` for all that have no entry, here or in `problems`. */
	readonly answers: Readonly<Record<number, ApiAnswer> & { default?: ApiAnswer }>;
	/** Statuses of the table of problems. */
	readonly problems: readonly number[];
}

/** Any route may answer so, however busy the portal is: the origin policy, and a bug. */
export const always = [403, 500] as const;
/** Any route but those about health: too much is under way. */
export const anywhere = [...always, 503] as const;
/** A service behind the portal has a fault. */
export const upstream = [502, 503, 504] as const;
/** A body that is too large, of the wrong kind, or not as described. */
export const unreadable = [400, 413, 415] as const;

/** The codes of the table that come with a status. */
export function codesOf(status: number): readonly string[] {
	return (Object.keys(problems) as ProblemCode[]).filter((code) => problems[code].status === status);
}
