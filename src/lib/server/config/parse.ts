import * as v from 'valibot';
import { arrangeBrand } from './brand';
import { arrangeService } from './service-client';
import { CheckedEnvironment, type Environment, environmentNames, lowerCaseNames } from './environment';

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

/** A variable that looks like one of the portal's, and is not. */
interface UnknownVariable {
	readonly name: string;
	/** The known name that it was most likely meant to be; null where none is close. */
	readonly nearest: string | null;
}

/** What others set under the same prefixes: Kubernetes for each of its services, OpenTelemetry, and Python's `requests`. */
const FOREIGN =
	/_SERVICE_HOST$|_SERVICE_PORT(?:_|$)|_PORT$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)|^OTEL_|^REQUESTS_CA_BUNDLE$/;
/** Not the portal's own prefixes: the runtime's variables, such as DENO_DIR and DENO_CERT, and those of proxies. */
const SHARED = /^DENO_|_PROXY$/i;
/** A name without a known prefix is suspicious only when it is this close to a name of at least this length. */
const MAX_TYPOS = 2;
const MIN_LENGTH = 8;
/** Read by the runtimes, not by the portal: known, and names to be meant. */
const RUNTIME_NAMES: readonly string[] = ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'];
const candidates = [...environmentNames, ...RUNTIME_NAMES];

const prefixes = new Set(
	environmentNames
		.filter((name) => name.includes('_') && !SHARED.test(name))
		.map((name) => name.slice(0, name.indexOf('_') + 1))
);

/** The variables of an environment that are likely misspelt: set, unknown, and close to a known name or prefix. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): UnknownVariable[] {
	return Object.entries(environment)
		.filter(([name, value]) => value?.trim() && !candidates.includes(name) && !FOREIGN.test(name))
		.map(([name]) => ({ name, ...nearestOf(name) }))
		.filter(({ name, typos, nearest }) => hasKnownPrefix(name) || (typos <= MAX_TYPOS && nearest.length >= MIN_LENGTH))
		.map(({ name, typos, nearest }) => ({ name, nearest: typos <= name.length / 2 ? nearest : null }));
}

/** One line for an operator. */
export function unknownVariableText({ name, nearest }: UnknownVariable): string {
	return `The variable ${name} is not known to the portal and has no effect.${nearest ? ` Did you mean ${nearest}?` : ''}`;
}

function hasKnownPrefix(name: string): boolean {
	return prefixes.has(name.slice(0, name.indexOf('_') + 1));
}

function nearestOf(name: string): { readonly nearest: string; readonly typos: number } {
	const same = candidates.find((known) => known === name.toUpperCase());
	// Such as OTLP_ENDPOINT for OTEL_EXPORTER_OTLP_ENDPOINT.
	const longer = name.length >= MIN_LENGTH ? candidates.find((known) => known.endsWith(`_${name}`)) : undefined;
	const meant = same ?? longer;
	if (meant !== undefined) return { nearest: meant, typos: 0 };
	const ranked = candidates.map((nearest) => ({ nearest, typos: editDistance(name, nearest) }));
	return ranked.reduce((best, other) => (other.typos < best.typos ? other : best));
}

/** The number of letters to insert, delete or replace (Levenshtein distance). */
function editDistance(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (const [line, letter] of [...from].entries()) {
		const next = [line + 1];
		for (let column = 0; column < to.length; column++) {
			const replaced = (row[column] ?? 0) + (letter === to[column] ? 0 : 1);
			next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
		}
		row = next;
	}
	return row.at(-1) ?? 0;
}
