import * as v from 'valibot';
import { arrangeBrand } from './brand';
import { arrangeSecurityContact } from './security-contact';
import { BODY_LIMIT_BYTES } from './fields';
import { arrangeClient, arrangeService } from './service-client';
import { faultsOfRules } from './rules';
import { Environment, environmentNames } from './environment';
import {
	givenName,
	type RawEnvironment,
	readSecretFiles,
	secretNames,
	withOlderNames,
	withoutQuotes
} from './raw-environment';

/** Far more than any response of the Auth Bridge needs. */
const MAX_BRIDGE_RESPONSE_BYTES = 262_144;

/** All faults of an environment, each as `NAME: what is wrong`. The message has one per line. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';

	constructor(readonly faults: readonly string[]) {
		super(
			`The portal can't start; its configuration has ${faults.length === 1 ? 'a fault' : 'faults'}:\n  - ${faults.join('\n  - ')}`
		);
	}
}

/** The validated, typed and frozen configuration. Times are in milliseconds, sizes in bytes, rates per minute. */
export type Config = ReturnType<typeof arrange>;

/**
 * Parses an environment into a configuration. An empty variable counts as unset, because container platforms set unused
 * variables to an empty string.
 * @throws {ConfigError} with all faults, but never with a value, because it may be a secret
 */
export function parseConfig(environment: RawEnvironment): Config {
	const { environment: plain, faults: quoted } = withoutQuotes(environment, environmentNames);
	const given = (name: string) => givenName(name, plain);
	const { environment: complete, files, faults } = readSecretFiles(withOlderNames(plain), given);
	const result = v.safeParse(Environment, complete);
	const issues = result.issues ?? [];
	const unread = secretNames.filter((name) => complete[name] === undefined && complete[`${name}_FILE`] !== undefined);
	const invalid = new Set([...issues.map(nameOf), ...unread]);
	// A secret whose file can't be read is not missing.
	const known = { ...(result.output as Environment), ...Object.fromEntries(unread.map((name) => [name, ''])) };
	// The variable that the operator has set: that of the value, also by its older name, or of the file with the value.
	const settingOf = (name: string) => (complete[`${name}_FILE`] === undefined ? given(name) : `${name}_FILE`);
	const described = [
		...issues.map((issue) => ({ setting: settingOf(nameOf(issue)), text: textOf(issue) })),
		...faultsOfRules(known, invalid).map(({ name, message }) => ({ setting: settingOf(name), text: message }))
	]
		// A secret whose file is invalid is missing as well, which would only repeat the fault.
		.filter(({ setting }) => !faults.some((fault) => fault.startsWith(`${setting}:`)))
		.map(({ setting, text }) => `${setting}: ${text}`);
	const all = [...quoted, ...faults, ...described];
	if (!result.success || all.length > 0) throw new ConfigError([...new Set(all)]);
	return arrange(result.output, files);
}

/** What is wrong with one value. A key inside a JSON variable is included only if it looks like a name: it may be a secret. */
function textOf(issue: v.BaseIssue<unknown>): string {
	const [, ...inside] = issue.path?.map(({ key }) => String(key)) ?? [];
	// A path inside a JSON variable helps. A list index alone does not, nor a language alone: one text may be for both languages.
	const helps = inside.length > 1 || inside.some((key) => !/^(?:\d+|nl|en)$/.test(key));
	const place = inside.map((key) => (/^[\w-]{1,64}$/.test(key) ? key : '?')).join('.');
	return `${helps ? `${place}: ` : ''}${issue.message}`;
}

function nameOf({ path }: v.BaseIssue<unknown>): string {
	const key = path?.[0]?.key;
	return typeof key === 'string' ? key : 'environment';
}

function arrange(env: Environment, secretFiles: readonly string[]) {
	const publicOrigin = env.AUTH_URL;
	const issuer = env.STS_ISSUER_URL;
	const credentials = {
		clientId: env.STS_CLIENT_ID,
		clientAuth: env.STS_CLIENT_AUTH,
		clientSecret: env.STS_CLIENT_SECRET,
		clientKeys: env.STS_CLIENT_KEY ?? []
	};
	return deepFreeze({
		/** The only public origin, such as `https://portal.example.org`. Nothing is derived from the `Host` header. */
		origin: publicOrigin,
		secure: publicOrigin.startsWith('https:'),
		trustHost: env.AUTH_TRUST_HOST,
		trustedHops: env.TRUSTED_HOPS,
		listen: { host: env.HOST, port: env.PORT },
		/** How long requests are still accepted after SIGTERM, so that a proxy can stop sending them. */
		shutdownDelayMs: (env.SHUTDOWN_DELAY_SECONDS ?? (env.AUTH_TRUST_HOST ? 5 : 0)) * 1000,
		/** A setting of the server entry, so that its tests can use small bodies. */
		bodyLimitBytes: BODY_LIMIT_BYTES,
		/** The first secret seals; all of them unseal. */
		secrets: env.AUTH_SECRET,
		/** The files that secrets were read from. */
		secretFiles,
		sts: {
			issuer,
			internal: env.STS_INTERNAL_URL ?? issuer,
			...arrangeClient(credentials),
			scope: env.STS_SCOPE,
			/** What people's access tokens are for (RFC 8707), and the same for providers with a parameter of their own. */
			resource: env.STS_RESOURCE,
			audience: env.STS_AUDIENCE,
			timeoutMs: env.STS_TIMEOUT_MS,
			/** Hosts of STS endpoints other than those of `issuer` and `internal`; for Deno's permissions. */
			hosts: env.STS_HOSTS,
			signOutIdTokenHint: env.SIGN_OUT_ID_TOKEN_HINT
		},
		/** The sign-in methods that are offered. */
		signInMethods: {
			institution: env.SIGN_IN_METHODS.includes('institution'),
			wallet: env.SIGN_IN_METHODS.includes('wallet')
		},
		/** What unlinking a wallet and ending other sessions require of the sign-in. */
		stepUp: { acr: env.STEP_UP_ACR, maxAgeSeconds: env.STEP_UP_MAX_AGE },
		bridge: {
			/** The default is never requested, because wallet sign-in is then off; `.invalid` never resolves (RFC 6761 6.4). */
			url: env.AUTH_BRIDGE_URL ?? 'http://auth-bridge.invalid',
			timeoutMs: env.AUTH_BRIDGE_TIMEOUT_MS,
			maxBytes: MAX_BRIDGE_RESPONSE_BYTES
		},
		/** The service credential, for upstream requests that are not on behalf of a signed-in person. */
		service: arrangeService(env, credentials),
		/** The portal's key pairs, all of which are published (`/.well-known/jwks.json`). Only the first signs. */
		clientKeys: credentials.clientKeys,
		/** The institution's backends, at `/api/backends/{name}/…`. */
		backends: env.BACKENDS,
		wallet: {
			defaultQueryId: env.WALLET_QUERY_ID,
			queryIds: [...new Set([...(env.WALLET_QUERY_ID ? [env.WALLET_QUERY_ID] : []), ...env.WALLET_QUERY_IDS])],
			/** What people read about the requested data if the Auth Bridge does not name it. */
			claimsText: env.WALLET_CLAIMS_TEXT ?? null,
			/** The page about wallets that work. */
			helpPage: env.WALLET_HELP_URL ?? null
		},
		/** The required audience of API clients' access tokens. If unset, no access token is accepted. */
		api: { audience: env.API_AUDIENCE },
		/** The clients that may call `/api/admin`. If there are none, it does not exist. */
		adminClientIds: env.ADMIN_CLIENT_IDS,
		audit: {
			address: env.AUDIT_ADDRESS,
			/** The key of the hashes in the audit log. */
			hashKey: env.AUDIT_HASH_KEY ?? env.AUTH_SECRET[0] ?? ''
		},
		rateLimits: {
			perBrowser: env.RATE_LIMIT_PER_BROWSER,
			perCaller: env.RATE_LIMIT_PER_CALLER,
			perAddress: env.RATE_LIMIT_PER_ADDRESS,
			perAdmin: 60,
			perWalletSession: 60,
			signInsPerBrowser: 30,
			signInsPerAddress: env.RATE_LIMIT_SIGN_INS_PER_ADDRESS
		},
		/** The maximum number of status reads per second at the Auth Bridge for watched wallet sessions. */
		readsPerSecond: env.WALLET_READS_PER_SECOND,
		/** The maximum number of open connections, on Node. */
		connections: env.CONNECTIONS,
		/** The maximum number of requests in flight. Streams that have started do not count. */
		requestsAtOnce: env.REQUESTS_AT_ONCE,
		/** The maximum numbers of open event streams. */
		eventStreams: {
			maxPerProcess: env.EVENT_STREAMS,
			maxPerBrowser: env.EVENT_STREAMS_PER_BROWSER,
			maxPerAddress: env.EVENT_STREAMS_PER_ADDRESS
		},
		/** The format in which session cookies are written; both formats are read. Version 1.0.0 reads format 1. */
		sessionFormat: env.SESSION_FORMAT === 1 ? (1 as const) : (2 as const),
		/**
		 * Where a session's tokens are: in the cookie, in the shared store, or (`auto`) in the store if they do not fit the
		 * cookie and there is a store. With format 1 never in the store.
		 */
		sessionTokens: env.SESSION_FORMAT === 1 ? ('cookie' as const) : env.SESSION_TOKENS,
		/** Whether session cookies persist when the browser closes. The lifetime of the session is the same in both cases. */
		sessionCookiePersistent: env.SESSION_COOKIE_PERSISTENT,
		/** How long a session lasts after sign-in. Sessions that exist already keep their end. */
		sessionMaxAgeSeconds: env.SESSION_MAX_AGE,
		/** A session ends after this time without an action of the person; 0: never. */
		sessionIdleSeconds: env.SESSION_IDLE_TIMEOUT,
		/** An access token is refreshed this long before it expires, or a quarter of its lifetime before if that is less. */
		refreshGraceSeconds: env.REFRESH_GRACE_SECONDS,
		/** The store that all instances share: Redis or Valkey, or Deno KV (`default`, or the path of a file). */
		store: {
			redisUrl: env.REDIS_URL,
			denoKv: env.DENO_KV,
			/** Whether a store that all instances share is configured. */
			isShared: env.REDIS_URL !== undefined || env.DENO_KV !== undefined
		},
		/** Proxies for requests to the STS, the Auth Bridge and backends. */
		proxies: { http: env.HTTP_PROXY, https: env.HTTPS_PROXY, except: env.NO_PROXY },
		corsDevOrigins: env.CORS_DEV_ORIGINS,
		logLevel: env.LOG_LEVEL,
		/** The OTLP address for metrics and traces. If unset, no telemetry code is loaded. */
		telemetryUrl: env.OTEL_EXPORTER_OTLP_ENDPOINT,
		/** Where Prometheus reads the metrics, apart from the public port; null: nothing listens. */
		metrics: env.METRICS_PORT === undefined ? null : { host: env.METRICS_HOST, port: env.METRICS_PORT },
		/** What `/.well-known/security.txt` says; null if there is no such file. */
		securityContact: arrangeSecurityContact(env),
		brand: arrangeBrand(env)
	});
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
	for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part as object);
	return Object.freeze(value);
}
