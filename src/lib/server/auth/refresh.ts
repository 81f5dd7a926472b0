import { unixMs } from '../clock';
import { Problem } from '../http/problem';
import { createOnce, type Once, type OnceOptions, WorkFailed } from './run-once';
import type { Session } from './session';
import { tokensCodec } from './session-format';
import { newTokensKey, revokeIfEnded, type TokenSet } from './session-tokens';
import { log } from '../log';
import { count, type RefreshResult } from '../metrics';
import { sharedStore } from '../store';
import { clientErrors } from '../sts/responses';
import { FORCED_COOLDOWN_MS } from '../sts/service-token';
import { redeemRefreshToken } from './refresh-grant';
import * as v from 'valibot';

/**
 * Until the browser has sent its new tokens, the result that contains them is kept for the life of the session, because the
 * response may have been lost. The next refresh shows that the browser has them. After that the result is kept for five
 * minutes, for late requests with the old cookie, and for slow responses, which look for the newest tokens before they
 * write the cookie.
 */
const SUCCESSOR_TTL_MS = 5 * 60_000;
/** While the access token is valid, a request waits at most this long for a new one. */
const MAX_WAIT_MS = 2000;
/** After a temporary failure, valid tokens stay in use for this long before the next refresh. */
const COOLDOWN_MS = 1000;

/** Bounds for how long a result is shared if the refresh returned the same tokens. */
const MIN_KEEP_MS = 1000;
const MAX_KEEP_SAME_MS = 30_000;

/** The session has ended: the STS has revoked it, or it has no refresh token. `message` is a code. */
export class SessionEnded extends Error {
	override readonly name = 'SessionEnded';
}

interface RefresherOptions extends OnceOptions {
	/** Redeems the refresh token. @throws {WorkFailed} */
	readonly redeem: (session: Session & { readonly refreshToken: string }) => Promise<TokenSet>;
	/** Reports each refresh that failed temporarily. */
	readonly onFault: (failed: WorkFailed) => void;
	/** Reports each requested refresh: whether it shared another request's token call, or else its new tokens, by now stored. */
	readonly onRefresh?: (result: RefreshResult, isShared: boolean, refreshed?: Session) => void;
	/** `reached` resolves to null after that many milliseconds; `cancel` cancels it. */
	readonly limit?: (ms: number) => { readonly reached: Promise<null>; readonly cancel: () => void };
}

/**
 * Refreshes the tokens of sessions. Each refresh token is redeemed by one token call, which all requests, tabs and
 * instances share. A late request with an old cookie follows the chain of successors to the newest tokens.
 */
export function createRefresher({ redeem, onFault, onRefresh, limit = timeLimit, ...options }: RefresherOptions) {
	const { store, now = () => performance.now(), unixNow = unixMs } = options;
	const once = createOnce({ ...options, codec: tokensCodec });
	const { follow, successor } = createTokenChain(once);
	let cooldownUntilMs = 0;

	const isDue = ({ refreshAt }: Session) => refreshAt !== undefined && unixNow() / 1000 >= refreshAt;
	const isAlive = ({ expiresAt }: Session) => expiresAt === undefined || unixNow() / 1000 < expiresAt;

	/** @param isHeld whether the browser's cookie contains this session, rather than an earlier one */
	async function nextOf(session: Session, isHeld: boolean): Promise<Session> {
		const { refreshToken } = session;
		const alive = isAlive(session);
		if (refreshToken === undefined) {
			if (!alive) throw new SessionEnded('no_refresh_token');
			return session;
		}
		let isShared = true;
		let keepMs = session.endsAt * 1000 - unixNow();
		const refresh = once.run({
			secret: secretOf(session),
			repeatLost: !alive,
			keepMs: () => keepMs,
			settles:
				isHeld && session.renewal !== undefined ? { name: session.renewal, keepMs: SUCCESSOR_TTL_MS } : undefined,
			run: async () => {
				isShared = false;
				const tokens = await redeem({ ...session, refreshToken });
				if (secretOf(tokens) === secretOf(session)) keepMs = Math.min(keepMs, keepSameMs(tokens));
				// All who share this result would store the tokens in the same record.
				return JSON.stringify({ ...tokens, tokensKey: session.tokensKey ?? newTokensKey() });
			}
		});
		refresh.then(
			(result) => onRefresh?.('renewed', isShared, isShared ? undefined : successor(session, result)),
			(error: unknown) => onRefresh?.(error instanceof WorkFailed ? error.fault : 'lost', isShared)
		);
		try {
			const result = alive ? await withinMaxWait(refresh) : await refresh;
			return result === null ? session : successor(session, result);
		} catch (error) {
			if (!(error instanceof WorkFailed)) throw error;
			if (error.fault === 'ended') throw new SessionEnded(error.code);
			onFault(error);
			if (!alive) throw new Problem('upstream_unavailable', { headers: { 'retry-after': retryAfter(error) } });
			if (error.code !== 'begun_before') cooldownUntilMs = now() + COOLDOWN_MS;
			return session;
		}
	}

	/**
	 * Some providers return the same tokens again while the access token is valid. The next refresh then has the same name,
	 * and must not find this result.
	 */
	function keepSameMs({ refreshAt = Infinity }: TokenSet): number {
		return Math.max(MIN_KEEP_MS, Math.min(MAX_KEEP_SAME_MS, refreshAt * 1000 - unixNow()));
	}

	/** The result, or null if it takes too long. The work continues, and its result serves the next request. */
	async function withinMaxWait(refresh: Promise<string>): Promise<string | null> {
		const { reached, cancel } = limit(MAX_WAIT_MS);
		refresh.catch(() => {});
		try {
			return await Promise.race([refresh, reached]);
		} finally {
			cancel();
		}
	}

	return {
		/** Whether the session's tokens are due for a refresh. */
		isDue,

		/**
		 * Returns the session with usable tokens. Makes at most one token call.
		 * @throws {SessionEnded} if the session can't be refreshed any more
		 * @throws {Problem} `upstream_unavailable` if the access token has expired and the refresh failed temporarily
		 */
		refreshIfDue: async (session: Session): Promise<Session> => {
			if (!isDue(session)) return session;
			const known = await follow(session, isDue);
			const canWait = isAlive(known) && now() < cooldownUntilMs;
			return isDue(known) && !canWait ? nextOf(known, known === session) : known;
		},

		/**
		 * Returns the session with another access token, after a service has refused one that appears valid; the same
		 * session if no other token is available now. Throws as `refreshIfDue` does.
		 */
		forceRefresh: async (refused: Session): Promise<Session> => {
			const freshKey = (session: Session) => `renewed-by-force:${session.id}:${session.generation}`;
			const known = await follow(refused, (current) => current === refused || isDue(current));
			if (known !== refused) return known;
			if (await store.read(freshKey(refused))) return refused;
			const next = await nextOf(refused, false);
			if (next !== refused) await store.write(freshKey(next), '1', FORCED_COOLDOWN_MS);
			return next;
		},

		/** Returns the newest known successor of the session. Makes no token call. */
		newest: (session: Session): Promise<Session> => follow(session, () => true),

		/**
		 * Resolves when this process has no token call in flight. If the process stopped earlier, the result would be lost.
		 */
		settled: () => once.settled()
	};
}

/** In seconds, at least 1. */
const retryAfter = ({ retryAfterMs }: WorkFailed) => String(Math.max(1, Math.ceil(retryAfterMs / 1000)));

function timeLimit(ms: number) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const reached = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), ms);
	});
	return { reached, cancel: () => clearTimeout(timer) };
}

let made: ReturnType<typeof createRefresher> | undefined;

/** Refreshes the sessions of this portal, in coordination with its other instances. */
export function tokenRefresher(): ReturnType<typeof createRefresher> {
	return (made ??= createRefresher({
		store: sharedStore(),
		redeem: redeemRefreshToken,
		onFault: logFault,
		onRefresh(result, coalesced, refreshed) {
			count('portal.token_refreshes', { result, coalesced });
			if (refreshed) void revokeIfEnded(refreshed);
		}
	}));
}

function logFault(error: WorkFailed): void {
	const { fault, code } = error;
	if (clientErrors.includes(code))
		log.error(
			'the STS refuses the portal itself: check STS_CLIENT_ID, STS_CLIENT_AUTH, its secret or key, STS_SCOPE and STS_RESOURCE',
			{ code, error }
		);
	else log.warn('tokens could not be refreshed', { fault, code, error });
}

/** Maximum number of links to follow: more than tokens with a lifetime of seconds create in five minutes. */
const MAX_LINKS = 200;

const Tokens = v.object({
	accessToken: v.string(),
	refreshToken: v.optional(v.string()),
	idToken: v.optional(v.string()),
	expiresAt: v.optional(v.number()),
	refreshAt: v.optional(v.number()),
	tokensKey: v.optional(v.string())
});

/**
 * Names the refresh of a session. Both tokens are part of it, because a provider that does not rotate returns the same
 * refresh token again.
 */
function secretOf({ refreshToken = '', accessToken = '' }: Pick<Session, 'refreshToken' | 'accessToken'>): string {
	return `${refreshToken} ${accessToken}`;
}

/** The chain from a session to its successors. Each link is sealed with the tokens of the session before it. */
function createTokenChain(once: Pick<Once, 'peek' | 'nameOf'>) {
	/** @param result the new tokens, as JSON */
	function successor(session: Session, result: string): Session {
		const { expiresAt, refreshAt, ...tokens } = v.parse(Tokens, JSON.parse(result));
		const renewal = once.nameOf(secretOf(session));
		return { ...session, ...tokens, expiresAt, refreshAt, renewal, generation: session.generation + 1 };
	}

	/**
	 * Follows the chain as far as it is known, and while `continues` returns true for the current session. Makes no token call.
	 */
	async function follow(session: Session, continues: (current: Session) => boolean): Promise<Session> {
		let current = session;
		for (let links = 0; links < MAX_LINKS && current.refreshToken !== undefined && continues(current); links++) {
			const result = await once.peek(secretOf(current));
			if (result === null) break;
			const next = successor(current, result);
			// If a refresh returned the same tokens, its link leads back to them: it is followed once, for the later expiry.
			if (secretOf(next) === secretOf(current) && next.expiresAt === current.expiresAt) break;
			current = next;
		}
		return current;
	}

	return { successor, follow };
}
