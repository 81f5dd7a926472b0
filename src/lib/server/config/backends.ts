import * as v from 'valibot';
import { json, settings } from './json';
import { acrValue, acrValues, BODY_LIMIT_BYTES, MAX_AGE_RANGE, resource, scope, serviceUrl } from './fields';

/** The configurable methods of a backend. GET includes HEAD, and the portal itself handles OPTIONS. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const TOKENS = ['user', 'exchange', 'service', 'none'] as const;
const MEBIBYTE = 1024 * 1024;

const between = (least: number, most: number) => {
	const message = `must be a whole number from ${least} to ${most}`;
	return v.pipe(v.number(message), v.integer(message), v.minValue(least, message), v.maxValue(most, message));
};
const nonEmptyText = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'));

/** The settings of one backend; `docs/backends.md` describes them. */
export const BackendSettings = settings(
	{
		url: v.pipe(v.string('must be a URL'), serviceUrl),
		methods: v.optional(
			v.pipe(
				v.array(v.picklist(METHODS, `must be of ${METHODS.join(', ')}`), 'must be a list of methods'),
				v.minLength(1, 'must name a method')
			),
			['GET']
		),
		token: v.picklist(TOKENS, `must be "${TOKENS.join('", "')}"`),
		timeoutMs: v.optional(between(100, 120_000), 10_000),
		maxRequestBytes: v.optional(between(0, 1024 * MEBIBYTE), BODY_LIMIT_BYTES),
		maxAnswerBytes: v.optional(between(1, 1024 * MEBIBYTE), 10 * MEBIBYTE),
		acr: v.optional(
			v.union(
				[
					v.pipe(
						acrValue,
						v.transform((value) => [value])
					),
					v.pipe(acrValues, v.minLength(1, 'must name a value of the acr claim'))
				],
				'must be a value of the acr claim, or a list of at most ten of them'
			)
		),
		maxAge: v.optional(between(...MAX_AGE_RANGE)),
		callerScope: v.optional(scope),
		tokenScope: v.optional(scope),
		tokenAudience: v.optional(nonEmptyText),
		tokenResource: v.optional(resource)
	},
	'must be an object with "url" and "token"'
);

/** The checks concern the token that a backend gets; see docs/backends.md. */
const Backend = v.pipe(
	BackendSettings,
	v.forward(
		v.partialCheck(
			[['token'], ['callerScope']],
			({ token, callerScope }) => !['user', 'exchange'].includes(token) || callerScope === undefined,
			'is for token "service" or "none": an API client has no user whose token could be passed on'
		),
		['callerScope']
	),
	v.forward(
		v.partialCheck(
			[['token'], ['tokenScope'], ['tokenAudience'], ['tokenResource']],
			({ token, tokenScope, tokenAudience, tokenResource }) =>
				['exchange', 'service'].includes(token) || (tokenScope ?? tokenAudience ?? tokenResource) === undefined,
			'must be "exchange" or "service" for tokenScope, tokenAudience or tokenResource: other tokens are passed as they are'
		),
		['token']
	),
	v.forward(
		v.partialCheck(
			[['token'], ['tokenScope'], ['tokenAudience'], ['tokenResource']],
			({ token, tokenScope, tokenAudience, tokenResource }) =>
				token !== 'exchange' || (tokenScope ?? tokenAudience ?? tokenResource) !== undefined,
			'is missing; token "exchange" needs it, or else tokenResource or tokenScope'
		),
		['tokenAudience']
	)
);

/**
 * `BACKENDS`: a JSON object with the institution's backends by name. The result is a list, because a lookup of a name such as
 * `constructor` in an object would find an inherited property.
 */
export const backends = v.pipe(
	json('must be JSON: {"name": {"url": "https://…", "token": "user"}}'),
	// valibot accepts an array as a record.
	v.check((value) => !Array.isArray(value), 'must be an object of backends by name'),
	v.record(
		v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/, 'must have names of a-z, 0-9 and "-" only')),
		Backend,
		'must be an object of backends by name'
	),
	v.transform((byName) => Object.entries(byName).map(([name, settings]) => ({ name, ...settings })))
);

/** A backend behind the portal, at `/api/backends/{name}/…`. */
export type Backend = v.InferOutput<typeof backends>[number];
