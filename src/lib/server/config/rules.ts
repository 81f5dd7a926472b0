import { colourFaults } from './brand';
import { isLoopback } from './fields';
import { lacksContact, lacksExpiry } from './security-contact';
import { lacksClient, lacksKey, lacksPortalSecret, lacksSecret } from './service-client';
import type { Environment } from './environment';

type Name = keyof Environment;

/** An environment as a rule reads it: the values of some variables, and whether others are set. */
type Facts<Read extends Name> = Readonly<Pick<Environment, Read> & Partial<Record<Name, unknown>>>;

interface Rule {
	/** The variable that is wrong if the rule is broken. */
	readonly name: Name;
	/** The variables whose values the rule reads. */
	readonly reads: readonly Name[];
	readonly faultOf: (env: Environment) => string | null;
}

/** What is wrong with a variable because of another one. */
interface RuleFault {
	readonly name: Name;
	readonly message: string;
}

function rule<Read extends Name>(
	name: Name,
	reads: readonly Read[],
	holds: (env: Facts<Read>) => boolean,
	message: string | ((env: Facts<Read>) => string)
): Rule {
	return {
		name,
		reads,
		faultOf: (env) => (holds(env) ? null : typeof message === 'string' ? message : message(env))
	};
}

const RULES: readonly Rule[] = [
	rule(
		'AUTH_BRIDGE_URL',
		['SIGN_IN_METHODS'],
		(env) => env.AUTH_BRIDGE_URL !== undefined || !env.SIGN_IN_METHODS.includes('wallet'),
		'is missing; set it to the URL of the Auth Bridge, for example http://auth-bridge:8090'
	),
	rule(
		'SESSION_TOKENS',
		['SESSION_TOKENS'],
		(env) => env.SESSION_TOKENS !== 'store' || env.REDIS_URL !== undefined || env.DENO_KV !== undefined,
		'"store" needs a shared store: set REDIS_URL, or DENO_KV on Deno'
	),
	rule(
		'SESSION_TOKENS',
		['SESSION_TOKENS', 'SESSION_FORMAT'],
		(env) => env.SESSION_TOKENS !== 'store' || env.SESSION_FORMAT === 2,
		'"store" needs SESSION_FORMAT=2: version 1.0.0 reads tokens from the cookie only'
	),
	rule(
		'CORS_DEV_ORIGINS',
		['AUTH_URL', 'CORS_DEV_ORIGINS'],
		(env) => !overTls(env) || env.CORS_DEV_ORIGINS.length === 0,
		'is for development only, and refused when AUTH_URL is https'
	),
	rule(
		'STS_CLIENT_SECRET',
		['STS_CLIENT_AUTH'],
		(env) => !lacksPortalSecret(env),
		"is missing; set it to the portal's client secret at the STS, or use STS_CLIENT_AUTH=private_key_jwt"
	),
	rule(
		'STS_CLIENT_KEY',
		[],
		(env) => !lacksKey(env),
		'is missing; set it to a private key (JWK, JWK Set or PEM), for private_key_jwt'
	),
	rule(
		'AUTH_BRIDGE_CLIENT_SECRET',
		['AUTH_BRIDGE_CLIENT_ID', 'AUTH_BRIDGE_CLIENT_AUTH', 'STS_CLIENT_ID', 'STS_CLIENT_AUTH'],
		(env) => !lacksSecret(env),
		'is missing; it is optional only if the client is STS_CLIENT_ID'
	),
	rule(
		'AUTH_BRIDGE_CLIENT_ID',
		[],
		(env) => !lacksClient(env),
		'is missing; set it to the client to which the other AUTH_BRIDGE_ settings apply'
	),
	rule(
		'SECURITY_EXPIRES',
		[],
		(env) => !lacksExpiry(env),
		'is missing; set it to the date until which SECURITY_CONTACT is valid, at most a year ahead'
	),
	rule(
		'SECURITY_CONTACT',
		[],
		(env) => !lacksContact(env),
		'is missing; set it to the contact to which the other SECURITY_ settings apply'
	),
	rule(
		'ADMIN_CLIENT_IDS',
		['ADMIN_CLIENT_IDS'],
		(env) => env.API_AUDIENCE !== undefined || env.ADMIN_CLIENT_IDS.length === 0,
		'must not be set without API_AUDIENCE: no access token would be accepted'
	),
	rule(
		'API_AUDIENCE',
		['API_AUDIENCE', 'STS_CLIENT_ID'],
		(env) => env.API_AUDIENCE !== env.STS_CLIENT_ID,
		'must not be STS_CLIENT_ID: ID tokens have that audience, and would pass for access tokens'
	),
	rule(
		'STS_ISSUER_URL',
		['AUTH_URL', 'STS_ISSUER_URL'],
		(env) => !overTls(env) || overTls({ AUTH_URL: env.STS_ISSUER_URL }) || isLoopback(env.STS_ISSUER_URL),
		'must be https when AUTH_URL is https, because browsers are redirected there'
	),
	rule(
		'METRICS_PORT',
		['METRICS_PORT', 'PORT'],
		(env) => env.METRICS_PORT !== env.PORT,
		'must differ from PORT: the public port never serves metrics'
	),
	rule(
		'SESSION_IDLE_TIMEOUT',
		['SESSION_IDLE_TIMEOUT', 'SESSION_MAX_AGE'],
		(env) => env.SESSION_IDLE_TIMEOUT < env.SESSION_MAX_AGE,
		'must be less than SESSION_MAX_AGE'
	),
	rule(
		'BRAND_TOKENS',
		['BRAND_COLOR', 'BRAND_TOKENS'],
		(env) => colourFaults(env).length === 0,
		(env) => colourFaults(env).join('\n    and ')
	)
];

/**
 * The faults that involve several variables. A rule is skipped only if it reads a value that is invalid itself, so that other faults hide none.
 * @param env each invalid variable has any value other than undefined
 * @param invalid the names of the invalid variables
 */
export function faultsOfRules(env: Environment, invalid: ReadonlySet<string>): readonly RuleFault[] {
	return RULES.filter(({ reads }) => !reads.some((name) => invalid.has(name))).flatMap(({ name, faultOf }) => {
		const message = faultOf(env);
		return message === null ? [] : [{ name, message }];
	});
}

const overTls = (env: Pick<Environment, 'AUTH_URL'>) => env.AUTH_URL.startsWith('https:');
