import * as v from 'valibot';
import { colourFaults } from './brand';
import { isLoopback } from './fields';
import { lacksContact, lacksExpiry } from './security-contact';
import { lacksClient, lacksKey, lacksPortalSecret, lacksSecret } from './service-client';
import { Environment } from './environment';

/** The schema with the checks that involve several variables. Their faults are reported together with all others. */
export const CheckedEnvironment = v.pipe(
	Environment,
	v.forward(
		v.partialCheck(
			[['AUTH_BRIDGE_URL'], ['SIGN_IN_METHODS']],
			(env) => env.AUTH_BRIDGE_URL !== undefined || !env.SIGN_IN_METHODS.includes('wallet'),
			'is missing; set it to the URL of the Auth Bridge, for example http://auth-bridge:8090'
		),
		['AUTH_BRIDGE_URL']
	),
	v.forward(
		v.partialCheck(
			[['SESSION_TOKENS'], ['REDIS_URL'], ['DENO_KV']],
			(env) => env.SESSION_TOKENS !== 'store' || env.REDIS_URL !== undefined || env.DENO_KV !== undefined,
			'"store" needs a shared store: set REDIS_URL, or DENO_KV on Deno'
		),
		['SESSION_TOKENS']
	),
	v.forward(
		v.partialCheck(
			[['SESSION_TOKENS'], ['SESSION_FORMAT']],
			(env) => env.SESSION_TOKENS !== 'store' || env.SESSION_FORMAT === 2,
			'"store" needs SESSION_FORMAT=2: version 1.0.0 reads tokens from the cookie only'
		),
		['SESSION_TOKENS']
	),
	v.forward(
		v.partialCheck(
			[['AUTH_URL'], ['CORS_DEV_ORIGINS']],
			(env) => !overTls(env) || env.CORS_DEV_ORIGINS.length === 0,
			'is for development only, and refused when AUTH_URL is https'
		),
		['CORS_DEV_ORIGINS']
	),
	v.forward(
		v.partialCheck(
			[['STS_CLIENT_ID'], ['STS_CLIENT_SECRET'], ['STS_CLIENT_AUTH']],
			(env) => !lacksPortalSecret(env),
			"is missing; set it to the portal's client secret at the STS, or use STS_CLIENT_AUTH=private_key_jwt"
		),
		['STS_CLIENT_SECRET']
	),
	v.forward(
		v.partialCheck(
			[['STS_CLIENT_ID'], ['STS_CLIENT_AUTH'], ['STS_CLIENT_KEY'], ['AUTH_BRIDGE_CLIENT_AUTH']],
			(env) => !lacksKey(env),
			'is missing; set it to a private key (JWK, JWK Set or PEM), for private_key_jwt'
		),
		['STS_CLIENT_KEY']
	),
	v.forward(
		v.partialCheck(
			[
				['AUTH_BRIDGE_CLIENT_ID'],
				['AUTH_BRIDGE_CLIENT_SECRET'],
				['AUTH_BRIDGE_CLIENT_AUTH'],
				['STS_CLIENT_ID'],
				['STS_CLIENT_SECRET'],
				['STS_CLIENT_AUTH']
			],
			(env) => !lacksSecret(env),
			'is missing; it is optional only if the client is STS_CLIENT_ID'
		),
		['AUTH_BRIDGE_CLIENT_SECRET']
	),
	v.forward(
		v.partialCheck(
			[
				['AUTH_BRIDGE_CLIENT_ID'],
				['AUTH_BRIDGE_CLIENT_SECRET'],
				['AUTH_BRIDGE_CLIENT_AUTH'],
				['AUTH_BRIDGE_SCOPE'],
				['AUTH_BRIDGE_AUDIENCE'],
				['AUTH_BRIDGE_RESOURCE']
			],
			(env) => !lacksClient(env),
			'is missing; set it to the client to which the other AUTH_BRIDGE_ settings apply'
		),
		['AUTH_BRIDGE_CLIENT_ID']
	),
	v.forward(
		v.partialCheck(
			[['SECURITY_CONTACT'], ['SECURITY_EXPIRES'], ['SECURITY_POLICY_URL']],
			(env) => !lacksExpiry(env),
			'is missing; set it to the date until which SECURITY_CONTACT is valid, at most a year ahead'
		),
		['SECURITY_EXPIRES']
	),
	v.forward(
		v.partialCheck(
			[['SECURITY_CONTACT'], ['SECURITY_EXPIRES'], ['SECURITY_POLICY_URL']],
			(env) => !lacksContact(env),
			'is missing; set it to the contact to which the other SECURITY_ settings apply'
		),
		['SECURITY_CONTACT']
	),
	v.forward(
		v.partialCheck(
			[['API_AUDIENCE'], ['ADMIN_CLIENT_IDS']],
			(env) => env.API_AUDIENCE !== undefined || env.ADMIN_CLIENT_IDS.length === 0,
			'must not be set without API_AUDIENCE: no access token would be accepted'
		),
		['ADMIN_CLIENT_IDS']
	),
	v.forward(
		v.partialCheck(
			[['API_AUDIENCE'], ['STS_CLIENT_ID']],
			(env) => env.API_AUDIENCE !== env.STS_CLIENT_ID,
			'must not be STS_CLIENT_ID: ID tokens have that audience, and would pass for access tokens'
		),
		['API_AUDIENCE']
	),
	v.forward(
		v.partialCheck(
			[['AUTH_URL'], ['STS_ISSUER_URL']],
			(env) => !overTls(env) || overTls({ AUTH_URL: env.STS_ISSUER_URL }) || isLoopback(env.STS_ISSUER_URL),
			'must be https when AUTH_URL is https, because browsers are redirected there'
		),
		['STS_ISSUER_URL']
	),
	v.forward(
		v.partialCheck(
			[['METRICS_PORT'], ['PORT']],
			(env) => env.METRICS_PORT !== env.PORT,
			'must differ from PORT: the public port never serves metrics'
		),
		['METRICS_PORT']
	),
	v.forward(
		v.partialCheck(
			[['SESSION_IDLE_TIMEOUT'], ['SESSION_MAX_AGE']],
			(env) => env.SESSION_IDLE_TIMEOUT < env.SESSION_MAX_AGE,
			'must be less than SESSION_MAX_AGE'
		),
		['SESSION_IDLE_TIMEOUT']
	),
	v.forward(
		v.partialCheck(
			[['BRAND_COLOR'], ['BRAND_TOKENS']],
			(env) => colourFaults(env).length === 0,
			({ input }) => colourFaults(input).join('\n    and ')
		),
		['BRAND_TOKENS']
	)
);

const overTls = (env: Pick<Environment, 'AUTH_URL'>) => env.AUTH_URL.startsWith('https:');
