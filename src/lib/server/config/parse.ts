import * as v from 'valibot';
import { arrangeBrand } from './brand';
import { arrangeService } from './service-client';
import { CheckedEnvironment, type Environment, lowerCaseNames } from './environment';

type RawEnvironment = Readonly<Record<string, string | undefined>>;

/** Every fault of an environment at once, one per line: `NAME: what is wrong`. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';

	constructor(readonly faults: readonly string[]) {
		super(
			`The portal can't start; its configuration has ${faults.length === 1 ? 'a fault' : 'faults'}:\n  - ${faults.join('\n  - ')}`
		);
	}
}

/** The checked, typed, frozen configuration. Times in milliseconds, sizes in bytes, rates per minute. */
export type Config = ReturnType<typeof arrange>;

/**
 * Turns an environment into a configuration. An empty variable counts as unset, as container platforms write it.
 * @throws {ConfigError} with all faults together, never with a value (it may be a secret).
 */
export function parseConfig(environment: RawEnvironment): Config {
	const result = v.safeParse(CheckedEnvironment, withOlderNames(environment));
	if (!result.success) throw new ConfigError([...new Set(result.issues.map(describe))]);
	return arrange(result.output);
}

function withOlderNames(environment: RawEnvironment): RawEnvironment {
	const present = Object.fromEntries(
		Object.entries(environment)
			.map(([name, value]) => [name, value?.trim()] as const)
			.filter(([, value]) => value !== undefined && value !== '')
	);
	return {
		...present,
		AUTH_SECRET: present.AUTH_SECRET ?? present.NEXTAUTH_SECRET,
		AUTH_URL: present.AUTH_URL ?? present.NEXTAUTH_URL,
		...Object.fromEntries(
			lowerCaseNames.map((name) => [name.toUpperCase(), present[name] ?? present[name.toUpperCase()]])
		)
	};
}

/** Names inside a variable's JSON are repeated only where they look like names: what stands there may be a secret. */
function describe(issue: v.BaseIssue<unknown>): string {
	const [name = 'environment', ...inside] = issue.path?.map(({ key }) => String(key)) ?? [];
	// A place in a JSON variable helps; a position in a list does not, nor a language: one text may stand for both.
	const helps = inside.length > 1 || inside.some((key) => !/^(?:\d+|nl|en)$/.test(key));
	const place = inside.map((key) => (/^[\w-]{1,64}$/.test(key) ? key : '?')).join('.');
	return `${name}: ${helps ? `${place}: ` : ''}${issue.message}`;
}

function arrange(env: Environment) {
	const publicOrigin = env.AUTH_URL;
	const issuer = env.STS_ISSUER_URL;
	return deepFreeze({
		/** The one public origin, such as `https://portal.example.org`. Nothing is derived from `Host`. */
		origin: publicOrigin,
		secure: publicOrigin.startsWith('https:'),
		trustHost: env.AUTH_TRUST_HOST,
		trustedHops: env.TRUSTED_HOPS,
		listen: { host: env.HOST, port: env.PORT },
		/** How long requests are still taken after SIGTERM: behind a proxy, until it has noticed. */
		shutdownDelayMs: (env.SHUTDOWN_DELAY_SECONDS ?? (env.AUTH_TRUST_HOST ? 5 : 0)) * 1000,
		bodyLimitBytes: 65_536,
		/** The first seals, all open. */
		secrets: env.AUTH_SECRET,
		sts: {
			issuer,
			internal: env.STS_INTERNAL_URL ?? issuer,
			clientId: env.STS_CLIENT_ID,
			clientSecret: env.STS_CLIENT_SECRET,
			clientAuth: env.STS_CLIENT_AUTH,
			scope: env.STS_SCOPE,
			timeoutMs: env.STS_TIMEOUT_MS,
			/** Hosts that the STS's endpoints are on, beside those of its two addresses; for Deno's permissions. */
			hosts: env.STS_HOSTS,
			signOutIdTokenHint: env.SIGN_OUT_ID_TOKEN_HINT
		},
		/** The ways in that are offered. */
		signInMethods: {
			institution: env.SIGN_IN_METHODS.includes('institution'),
			wallet: env.SIGN_IN_METHODS.includes('wallet')
		},
		bridge: {
			/** Without wallets nothing calls it; `.invalid` never resolves (RFC 6761 6.4). */
			url: env.AUTH_BRIDGE_URL ?? 'http://auth-bridge.invalid',
			timeoutMs: env.AUTH_BRIDGE_TIMEOUT_MS,
			maxBytes: 262_144
		},
		/** For calls that no signed-in person stands behind. */
		service: arrangeService(env, {
			clientId: env.STS_CLIENT_ID,
			clientSecret: env.STS_CLIENT_SECRET,
			clientAuth: env.STS_CLIENT_AUTH
		}),
		/** The institution's own services, at `/api/backends/{name}/…`. */
		backends: env.BACKENDS,
		wallet: {
			defaultQueryId: env.WALLET_QUERY_ID,
			queryIds: [...new Set([...(env.WALLET_QUERY_ID ? [env.WALLET_QUERY_ID] : []), ...env.WALLET_QUERY_IDS])]
		},
		/** What access tokens of third parties must be meant for; without it none is accepted. */
		api: { audience: env.API_AUDIENCE },
		rateLimits: {
			perBrowser: env.RATE_LIMIT_PER_BROWSER,
			perCaller: env.RATE_LIMIT_PER_CALLER,
			perAddress: env.RATE_LIMIT_PER_ADDRESS,
			signInsPerBrowser: 30,
			signInsPerAddress: env.RATE_LIMIT_SIGN_INS_PER_ADDRESS
		},
		/** Most status reads that watching wallet sessions may cost the Auth Bridge in a second. */
		readsPerSecond: env.WALLET_READS_PER_SECOND,
		/** Most open connections, on Node. */
		connections: env.CONNECTIONS,
		/** Most requests that are worked on, streams that have begun not among them. */
		requestsAtOnce: env.REQUESTS_AT_ONCE,
		/** Most open streams of events. */
		eventStreams: {
			maxPerProcess: env.EVENT_STREAMS,
			maxPerBrowser: env.EVENT_STREAMS_PER_BROWSER,
			maxPerAddress: env.EVENT_STREAMS_PER_ADDRESS
		},
		/** How session cookies are written; both formats are read. 1 is what version 1.0.0 reads. */
		sessionFormat: env.SESSION_FORMAT === 1 ? (1 as const) : (2 as const),
		/** Whether session cookies outlive the browser; how long a session lasts is the same either way. */
		sessionCookiePersistent: env.SESSION_COOKIE_PERSISTENT,
		/** How long before its end an access token is renewed; a quarter of its life where that is less. */
		refreshGraceSeconds: env.REFRESH_GRACE_SECONDS,
		/** What several instances share: Redis or Valkey, or Deno KV (`default`, or the path of a file). */
		store: { redisUrl: env.REDIS_URL, denoKv: env.DENO_KV },
		/** For calls to the STS, the Auth Bridge and backends. */
		proxies: { http: env.HTTP_PROXY, https: env.HTTPS_PROXY, except: env.NO_PROXY },
		corsDevOrigins: env.CORS_DEV_ORIGINS,
		logLevel: env.LOG_LEVEL,
		/** Where metrics and traces go by OTLP; nothing is loaded without. */
		telemetryUrl: env.OTEL_EXPORTER_OTLP_ENDPOINT,
		brand: arrangeBrand(env)
	});
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
	for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part as object);
	return Object.freeze(value);
}
