import type { TokenOptions } from '../config/service-client';
import * as oauth from 'oauth4webapi';
import { config } from '../config';
import { Problem } from '../http/problem';
import { log } from '../log';
import { clientOf } from './client';
import { stsCall, stsMetadata } from './metadata';
import { tokenErrorOf } from './responses';
import type { UpstreamAuthorization } from '../upstream/client';
import { createBoundedCache } from '../cache';
import { unixMs } from '../clock';

/** A token from the STS, with its lifetime in seconds if the STS states one. */
export interface GrantedToken {
	readonly accessToken: string;
	readonly lifeSeconds: number | undefined;
}

/** A token is refreshed this long before it expires, or a quarter of its lifetime before if that is shorter. */
const GRACE_MS = 60_000;
/** The assumed lifetime of a token if the STS does not state one. */
const ASSUMED_LIFE_MS = 5 * 60_000;
/** After a failure, callers get the cached error for one second. */
const FAULT_COOLDOWN_MS = 1000;
/**
 * Minimum time between forced replacements of a token, also between forced refreshes of a session: a service that refuses even
 * new tokens must not cause continuous token requests.
 */
export const FORCED_COOLDOWN_MS = 30_000;
/** The estimated size of an error. */
const FAULT_BYTES = 1024;

interface CacheEntry {
	readonly accessToken: string;
	/** Until this time, the token is not replaced by force. */
	readonly cooldownUntil: number;
	/** Whether the token is due for a refresh. */
	readonly isDue: () => boolean;
	readonly isOver: () => boolean;
}

interface TokenCacheOptions<Wanted> {
	/** Requests a token. What it throws is thrown to all callers of the next second. */
	readonly grant: (wanted: Wanted) => Promise<GrantedToken>;
	/** Identifies a token. */
	readonly keyOf: (wanted: Wanted) => string;
	/** Limit for all tokens together, in bytes; the least recently used are evicted first. */
	readonly maxBytes: number;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Unix time in milliseconds. */
	readonly unixNow?: () => number;
}

/**
 * Caches one token per key, in memory. Concurrent callers share one token request. A token is refreshed before it expires, or
 * when a service refuses it.
 */
export function createTokenCache<Wanted>({
	grant,
	keyOf,
	maxBytes,
	now = () => performance.now(),
	unixNow = unixMs
}: TokenCacheOptions<Wanted>) {
	const bytesOf = ({ accessToken }: CacheEntry) => accessToken.length;
	const cached = createBoundedCache<CacheEntry>({ maxBytes, bytesOf, now });
	const inFlight = new Map<string, Promise<string>>();
	const faults = createBoundedCache<{ readonly error: unknown; readonly untilMs: number }>({
		maxBytes,
		bytesOf: () => FAULT_BYTES,
		ttlMs: FAULT_COOLDOWN_MS,
		now
	});

	/**
	 * Returns a function that tells whether that much time has passed on either clock: the wall clock may step back, and
	 * the other clock may stop during suspend.
	 */
	function passed(ms: number): () => boolean {
		const [endMs, unixEndMs] = [now() + ms, unixNow() + ms];
		return () => now() >= endMs || unixNow() >= unixEndMs;
	}

	async function fetched(key: string, wanted: Wanted, forcedCooldownMs: number): Promise<string> {
		const fault = faults.get(key);
		if (fault && now() < fault.untilMs) throw fault.error;
		try {
			const { accessToken, lifeSeconds } = await grant(wanted);
			const lifeMs = lifeSeconds === undefined ? ASSUMED_LIFE_MS : lifeSeconds * 1000;
			const isDue = passed(lifeMs - Math.min(GRACE_MS, lifeMs / 4));
			const entry = { accessToken, cooldownUntil: now() + forcedCooldownMs, isDue, isOver: passed(lifeMs) };
			if (inFlight.has(key)) cached.set(key, entry, { ttl: lifeMs });
			return accessToken;
		} catch (error) {
			faults.set(key, { error, untilMs: now() + FAULT_COOLDOWN_MS });
			throw error;
		}
	}

	function fetchOnce(key: string, wanted: Wanted, forcedCooldownMs = 0): Promise<string> {
		const running = inFlight.get(key) ?? fetched(key, wanted, forcedCooldownMs).finally(() => inFlight.delete(key));
		inFlight.set(key, running);
		return running;
	}

	return {
		/**
		 * Returns a usable token. A token that is due but can't be refreshed is used until it expires.
		 * @throws what `grant` throws
		 */
		current: async (wanted: Wanted): Promise<string> => {
			const key = keyOf(wanted);
			const known = cached.get(key);
			if (known && !known.isDue()) return known.accessToken;
			return fetchOnce(key, wanted).catch((error: unknown) => {
				if (known && !known.isOver()) return known.accessToken;
				throw error;
			});
		},

		/** Returns another token than the one that a service has refused; null if none is available now. */
		replace: async (wanted: Wanted, refused: string): Promise<string | null> => {
			const key = keyOf(wanted);
			const known = cached.get(key);
			if (known && known.accessToken !== refused) return known.accessToken;
			if (known && now() < known.cooldownUntil) return null;
			const next = await fetchOnce(key, wanted, FORCED_COOLDOWN_MS).catch(() => null);
			return next === refused ? null : next;
		},

		/** Drops all tokens whose key begins with this text, also those that are being requested. */
		forget: (prefix: string): void => {
			for (const entries of [cached, inFlight])
				for (const key of [...entries.keys()]) if (key.startsWith(prefix)) entries.delete(key);
		}
	};
}

/** Far more than a token for each service of `BACKENDS`. */
const MAX_CACHE_BYTES = 4 * 1024 ** 2;

/** Error codes of problems that only the operator can solve. */
const ofConfiguration = new Set([
	'invalid_client',
	'unauthorized_client',
	'invalid_scope',
	'invalid_target',
	'invalid_request'
]);

/**
 * Requests an access token for the portal's service client (RFC 6749 4.4).
 * @throws {Problem} `upstream_unavailable` after any failure: without a token the service can't be used
 */
export async function grantServiceToken(options: TokenOptions): Promise<GrantedToken> {
	try {
		return await requestServiceToken(options);
	} catch (error) {
		const code = serviceTokenRefusal(error);
		if (code !== undefined)
			log.error('the STS rejects the service client: check AUTH_BRIDGE_CLIENT_ID and the settings that go with it', {
				code,
				error
			});
		else log.warn('a service token could not be requested', { error });
		// Requests that wait for the same token, or come just after, log the failure under their own ids.
		const facts = { fault: 'no_service_token', upstream: 'sts', ...(code !== undefined && { upstreamCode: code }) };
		throw new Problem('upstream_unavailable', { facts });
	}
}

/**
 * The same, for callers that report the cause themselves.
 * @throws what the HTTP client or `oauth4webapi` throws
 */
export async function requestServiceToken(options: TokenOptions): Promise<GrantedToken> {
	const metadata = await stsMetadata();
	const { client, authentication } = clientOf(config().service.client);
	const wanted = tokenParameters(options);
	const response = await oauth.clientCredentialsGrantRequest(metadata, client, authentication, wanted, stsCall);
	const tokens = await oauth.processClientCredentialsResponse(metadata, client, response);
	return { accessToken: tokens.access_token, lifeSeconds: tokens.expires_in };
}

/** The STS's error code if only the operator can solve the problem; undefined for any other failure. */
export function serviceTokenRefusal(error: unknown): string | undefined {
	const code = tokenErrorOf(error);
	return code !== undefined && ofConfiguration.has(code) ? code : undefined;
}

/** The parameters of a token request for these options. */
export function tokenParameters(options: TokenOptions): [string, string][] {
	return Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Identifies what a token is for. */
export function optionsKey({ scope, audience, resource }: TokenOptions): string {
	return JSON.stringify([scope, audience, resource]);
}

const tokens = createTokenCache({ grant: grantServiceToken, keyOf: optionsKey, maxBytes: MAX_CACHE_BYTES });

/**
 * The portal's own credential for one upstream call: a service token, for calls without a signed-in person or without a
 * user token.
 */
export function serviceAuthorization(options: TokenOptions): UpstreamAuthorization {
	let shown = '';
	return {
		current: async () => bearer((shown = await tokens.current(options))),
		refresh: async () => {
			const next = await tokens.replace(options, shown);
			return next === null ? null : bearer(next);
		}
	};
}

function bearer(accessToken: string): string {
	return `Bearer ${accessToken}`;
}
