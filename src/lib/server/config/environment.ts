import * as v from 'valibot';
import { MAX_TIMER_MS } from '../clock';
import { bilingualPage, bilingualSentence, brandEntries } from './brand';
import { backends } from './backends';
import {
	acrValues,
	audience,
	flag,
	hosts,
	idleTimeout,
	issuerUrl,
	isWeakSecret,
	list,
	listenHost,
	MAX_AGE_RANGE,
	origin,
	proxyUrl,
	redisUrl,
	resource,
	scope,
	serviceUrl,
	wholeNumber
} from './fields';
import { clientKeys } from './client-keys';
import { securityContactEntries } from './security-contact';
import { lowerCaseNames, secretFileNames } from './raw-environment';
import { clientAuth, serviceEntries } from './service-client';

const DEFAULT_SCOPE = 'openid profile email eduid offline_access';
const MIN_SECRET_LENGTH = 32;

const required = <Value>(schema: v.GenericSchema<string, Value>, hint: string) =>
	v.pipe(v.optional(v.string(), ''), v.nonEmpty(`is missing; set it to ${hint}`), schema);

const publicUrl = v.pipe(
	serviceUrl,
	v.check(
		(text) => !URL.canParse(text) || ['/', '/api/auth'].includes(new URL(text).pathname),
		'must have no path, or the path /api/auth'
	),
	v.transform((text) => (URL.canParse(text) ? new URL(text).origin : text))
);

/** Separated by white space only: a random secret may contain a comma. */
const secrets = v.pipe(
	v.string(),
	v.transform((text) => text.split(/\s+/).filter(Boolean)),
	v.minLength(1, 'is missing'),
	v.everyItem(
		(secret) => secret.length >= MIN_SECRET_LENGTH,
		`every secret must have at least ${MIN_SECRET_LENGTH} characters (make one with: openssl rand -base64 48)`
	),
	v.everyItem(
		(secret) => secret.length < MIN_SECRET_LENGTH || !isWeakSecret(secret),
		'every secret must be random, not a placeholder or a text that repeats (make one with: openssl rand -base64 48)'
	)
);

const QUERY_ID = /^[\w.:/-]{1,128}$/;

const METHODS_HINT = 'must be "institution", "wallet" or both, separated by a comma';
const signInMethods = v.pipe(
	list,
	v.minLength(1, METHODS_HINT),
	v.array(v.picklist(['institution', 'wallet'], METHODS_HINT))
);

/** The environment variables that operators set. docs/configuration.md describes them. */
export const Environment = v.object({
	AUTH_URL: required(publicUrl, "the portal's public URL, for example https://portal.example.org"),
	AUTH_SECRET: required(secrets, 'a random secret of at least 32 characters (make one with: openssl rand -base64 48)'),
	AUTH_TRUST_HOST: v.optional(flag, 'false'),
	TRUSTED_HOPS: v.optional(wholeNumber(1, 10), '1'),
	SHUTDOWN_DELAY_SECONDS: v.optional(wholeNumber(0, 60)),
	HOST: v.optional(listenHost, '0.0.0.0'),
	PORT: v.optional(wholeNumber(0, 65_535), '3000'),
	STS_ISSUER_URL: required(issuerUrl, 'the issuer URL of the STS, for example https://sts.example.org'),
	STS_INTERNAL_URL: v.optional(serviceUrl),
	STS_CLIENT_ID: required(v.string(), "the portal's client id at the STS"),
	STS_CLIENT_SECRET: v.optional(v.string()),
	STS_CLIENT_KEY: v.optional(clientKeys),
	STS_CLIENT_AUTH: v.optional(clientAuth, 'client_secret_post'),
	STS_SCOPE: v.optional(v.pipe(scope, v.regex(/(^| )openid( |$)/, 'must contain "openid"')), DEFAULT_SCOPE),
	STS_RESOURCE: v.optional(resource),
	STS_AUDIENCE: v.optional(audience),
	STS_TIMEOUT_MS: v.optional(wholeNumber(100, 120_000), '10000'),
	STS_HOSTS: v.optional(hosts, ''),
	STEP_UP_ACR: v.optional(v.pipe(list, acrValues), ''),
	STEP_UP_MAX_AGE: v.optional(wholeNumber(...MAX_AGE_RANGE), '900'),
	AUTH_BRIDGE_URL: v.optional(serviceUrl),
	SIGN_IN_METHODS: v.optional(signInMethods, 'institution,wallet'),
	AUTH_BRIDGE_TIMEOUT_MS: v.optional(wholeNumber(100, 120_000), '10000'),
	...serviceEntries,
	API_AUDIENCE: v.optional(audience),
	BACKENDS: v.optional(backends, '{}'),
	WALLET_QUERY_ID: v.optional(v.pipe(v.string(), v.regex(QUERY_ID, 'must be one query id'))),
	WALLET_QUERY_IDS: v.optional(
		v.pipe(
			list,
			v.everyItem((id) => QUERY_ID.test(id), 'must be query ids, separated by spaces or commas, without quotes')
		),
		''
	),
	WALLET_CLAIMS_TEXT: v.optional(bilingualSentence),
	WALLET_HELP_URL: v.optional(bilingualPage),
	RATE_LIMIT_PER_BROWSER: v.optional(wholeNumber(1, 100_000), '30'),
	RATE_LIMIT_PER_CALLER: v.optional(wholeNumber(1, 10_000_000), '600'),
	RATE_LIMIT_PER_ADDRESS: v.optional(wholeNumber(1, 10_000_000), '3000'),
	RATE_LIMIT_SIGN_INS_PER_ADDRESS: v.optional(wholeNumber(1, 10_000_000), '6000'),
	WALLET_READS_PER_SECOND: v.optional(wholeNumber(1, 100_000), '400'),
	CONNECTIONS: v.optional(wholeNumber(1, 1_000_000), '30000'),
	REQUESTS_AT_ONCE: v.optional(wholeNumber(1, 1_000_000), '5000'),
	EVENT_STREAMS: v.optional(wholeNumber(1, 1_000_000), '20000'),
	EVENT_STREAMS_PER_BROWSER: v.optional(wholeNumber(1, 1000), '8'),
	EVENT_STREAMS_PER_ADDRESS: v.optional(wholeNumber(1, 1_000_000), '20000'),
	SESSION_FORMAT: v.optional(wholeNumber(1, 2), '2'),
	SESSION_TOKENS: v.optional(v.picklist(['auto', 'cookie', 'store'], 'must be "auto", "cookie" or "store"'), 'auto'),
	SESSION_COOKIE_PERSISTENT: v.optional(flag, 'false'),
	SESSION_MAX_AGE: v.optional(wholeNumber(300, 604_800), '86400'),
	SESSION_IDLE_TIMEOUT: v.optional(idleTimeout, '0'),
	REFRESH_GRACE_SECONDS: v.optional(wholeNumber(0, 3600), '60'),
	REDIS_URL: v.optional(redisUrl),
	DENO_KV: v.optional(v.string()),
	HTTPS_PROXY: v.optional(proxyUrl),
	HTTP_PROXY: v.optional(proxyUrl),
	NO_PROXY: v.optional(v.string(), ''),
	SIGN_OUT_ID_TOKEN_HINT: v.optional(flag, 'false'),
	CORS_DEV_ORIGINS: v.optional(v.pipe(list, v.array(origin)), ''),
	OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(serviceUrl),
	// OpenTelemetry's SDK accepts any number: with a batch of 0 spans or a negative delay it would send requests without a pause.
	OTEL_METRIC_EXPORT_INTERVAL: v.optional(wholeNumber(100, MAX_TIMER_MS), '60000'),
	OTEL_BSP_SCHEDULE_DELAY: v.optional(wholeNumber(0, MAX_TIMER_MS)),
	OTEL_BSP_EXPORT_TIMEOUT: v.optional(wholeNumber(1, MAX_TIMER_MS)),
	OTEL_BSP_MAX_QUEUE_SIZE: v.optional(wholeNumber(1, 1_000_000)),
	OTEL_BSP_MAX_EXPORT_BATCH_SIZE: v.optional(wholeNumber(1, 1_000_000)),
	METRICS_PORT: v.optional(wholeNumber(1, 65_535)),
	METRICS_HOST: v.optional(listenHost, '127.0.0.1'),
	ADMIN_CLIENT_IDS: v.optional(
		v.pipe(
			list,
			v.everyItem((id) => !/[;|"']/.test(id), 'must be client ids, separated by spaces or commas, without quotes')
		),
		''
	),
	AUDIT_ADDRESS: v.optional(
		v.picklist(['truncated', 'full', 'none'], 'must be "truncated", "full" or "none"'),
		'truncated'
	),
	AUDIT_HASH_KEY: v.optional(
		v.pipe(
			v.string(),
			v.check(
				(key) => key.length >= MIN_SECRET_LENGTH && !isWeakSecret(key),
				`must be at least ${MIN_SECRET_LENGTH} random characters (make one with: openssl rand -base64 48)`
			)
		)
	),
	LOG_LEVEL: v.optional(
		v.picklist(['debug', 'info', 'warning', 'error'], 'must be "debug", "info", "warning" or "error"'),
		'info'
	),
	...securityContactEntries,
	...brandEntries
});

/** The names of all variables. Deno needs them, because it grants access by name and cannot list the granted variables. */
export const environmentNames: readonly string[] = [
	...Object.keys(Environment.entries),
	...secretFileNames,
	'NEXTAUTH_SECRET',
	'NEXTAUTH_URL',
	...lowerCaseNames
];

export type Environment = v.InferOutput<typeof Environment>;
