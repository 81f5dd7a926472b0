import { unixMs } from '../clock';
import type { TokenOptions } from '../config/service-client';
import type { GrantedToken } from './client-credentials';

/** A token is renewed this long before its end, or a quarter of its life where that is less. */
const GRACE_MS = 60_000;
/** For a token of which the STS doesn't say how long it lives. */
const ASSUMED_LIFE_MS = 5 * 60_000;
/** After a failure, callers get the cached error for one second. */
const FAULT_REST_MS = 1000;
/** A service that refuses even new tokens does not make the portal ask for more of them all the time. */
const FORCE_REST_MS = 30_000;

interface Held {
	readonly accessToken: string;
	/** Until then it is not replaced by force. */
	readonly restsMs: number;
	/** Whether it is due for renewal. */
	readonly isDue: () => boolean;
	readonly isOver: () => boolean;
}

export interface ServiceTokenOptions {
	/** @throws {Problem} */
	readonly grant: (options: TokenOptions) => Promise<GrantedToken>;
	/** Milliseconds, on a clock that never steps back. */
	readonly now?: () => number;
	/** Unix time in milliseconds. */
	readonly unixNow?: () => number;
}

/** Keeps one token per options: fetched once however many ask, and renewed before its end or when a service refuses it. */
export function createServiceTokens({ grant, now = () => performance.now(), unixNow = unixMs }: ServiceTokenOptions) {
	const held = new Map<string, Held>();
	const underWay = new Map<string, Promise<string>>();
	const faults = new Map<string, { readonly error: unknown; readonly untilMs: number }>();

	/** Whether so much time has passed since now, on either clock: the wall clock may step back, the other may stop during suspend. */
	function passed(ms: number): () => boolean {
		const [endMs, unixEndMs] = [now() + ms, unixNow() + ms];
		return () => now() >= endMs || unixNow() >= unixEndMs;
	}

	async function fetched(key: string, options: TokenOptions, forceRestMs: number): Promise<string> {
		const fault = faults.get(key);
		if (fault && now() < fault.untilMs) throw fault.error;
		try {
			const { accessToken, lifeSeconds } = await grant(options);
			const lifeMs = lifeSeconds === undefined ? ASSUMED_LIFE_MS : lifeSeconds * 1000;
			const isDue = passed(lifeMs - Math.min(GRACE_MS, lifeMs / 4));
			held.set(key, { accessToken, restsMs: now() + forceRestMs, isDue, isOver: passed(lifeMs) });
			return accessToken;
		} catch (error) {
			faults.set(key, { error, untilMs: now() + FAULT_REST_MS });
			throw error;
		}
	}

	function fetchOnce(key: string, options: TokenOptions, forceRestMs = 0): Promise<string> {
		const running = underWay.get(key) ?? fetched(key, options, forceRestMs).finally(() => underWay.delete(key));
		underWay.set(key, running);
		return running;
	}

	return {
		/**
		 * A token that is good to use. One that is due and can't be renewed serves until its end.
		 * @throws {Problem} `upstream_unavailable`
		 */
		current: async (options: TokenOptions): Promise<string> => {
			const key = keyOf(options);
			const known = held.get(key);
			if (known && !known.isDue()) return known.accessToken;
			return fetchOnce(key, options).catch((error: unknown) => {
				if (known && !known.isOver()) return known.accessToken;
				throw error;
			});
		},

		/** Another token than one that a service has refused; null while there is none to be had. */
		replaced: async (options: TokenOptions, refused: string): Promise<string | null> => {
			const key = keyOf(options);
			const known = held.get(key);
			if (known && known.accessToken !== refused) return known.accessToken;
			if (known && now() < known.restsMs) return null;
			const next = await fetchOnce(key, options, FORCE_REST_MS).catch(() => null);
			return next === refused ? null : next;
		}
	};
}

function keyOf({ scope, audience, resource }: TokenOptions): string {
	return JSON.stringify([scope, audience, resource]);
}
