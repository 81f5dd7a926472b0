import { unixMs } from '../clock';
import { Problem } from '../http/problem';
import { createOnce, type Once, type OnceOptions, WorkFailed, type WorkFault } from './run-once';
import type { Session } from './session';
import type { TokenSet } from './new-session';
import { log } from '../log';
import { count } from '../metrics';
import { sharedStore } from '../store';
import { redeemRefreshToken } from './refresh-grant';
import * as v from 'valibot';

/**
 * Once a browser has come back with its new tokens, late requests that still carry the old cookie get the newest for this
 * long: 60 s are promised; longer than any answer takes, so that a slow one still finds what is newest before it writes.
 * Until then they are kept as long as the session may live: an answer can get lost on its way to the browser too.
 */
const LATE_MS = 5 * 60_000;
/** While the access token lives, nobody waits longer than this for a new one. */
const PATIENCE_MS = 2000;
/** After a renewal that failed for now, living tokens are used for a while before the STS is asked again. */
const REST_MS = 1000;
/** A service that refuses even new tokens does not make the portal ask for more of them all the time. */
const FORCE_REST_MS = 30_000;

/** How long the result of a renewal that gave the same tokens again is shared. */
const MIN_KEEP_MS = 1000;
const MAX_KEEP_SAME_MS = 30_000;

/** The session is over: the STS says so, or there is nothing left to renew it with. `message` is a code. */
export class SessionEnded extends Error {
	override readonly name = 'SessionEnded';
}

interface RenewalOptions extends OnceOptions {
	/** Redeems the refresh token. @throws {WorkFailed} */
	readonly redeem: (session: Session & { readonly refreshToken: string }) => Promise<TokenSet>;
	/** Hears of each renewal that failed for now. */
	readonly onFault: (failed: WorkFailed) => void;
	/** Hears how each renewal that was asked for went, and whether this request's was the one token call or shared another's. */
	readonly onRenewal?: (result: 'renewed' | WorkFault, isShared: boolean) => void;
	/** Resolves to null after so many milliseconds. */
	readonly limit?: (ms: number) => { readonly reached: Promise<null>; readonly callOff: () => void };
}

/**
 * Keeps the tokens of sessions good: one token call per refresh token, however many requests, tabs and instances ask, and
 * whoever comes late with an old cookie is led along the chain of successors to the newest.
 */
export function createRenewals({ redeem, onFault, onRenewal, limit = timeLimit, ...options }: RenewalOptions) {
	const { store, now = () => performance.now(), unixNow = unixMs } = options;
	const once = createOnce(options);
	const { follow, successor } = createTokenChain(once);
	let restUntilMs = 0;

	const isDue = ({ refreshAt }: Session) => refreshAt !== undefined && unixNow() / 1000 >= refreshAt;
	const isAlive = ({ expiresAt }: Session) => expiresAt === undefined || unixNow() / 1000 < expiresAt;

	/** @param isHeld whether the browser itself holds this session, and not one before it */
	async function nextOf(session: Session, isHeld: boolean): Promise<Session> {
		const { refreshToken } = session;
		const alive = isAlive(session);
		if (refreshToken === undefined) {
			if (!alive) throw new SessionEnded('no_refresh_token');
			return session;
		}
		let isShared = true;
		let keepMs = session.endsAt * 1000 - unixNow();
		const renewal = once.run({
			secret: secretOf(session),
			repeatLost: !alive,
			keepMs: () => keepMs,
			settles: isHeld && session.renewal !== undefined ? { name: session.renewal, keepMs: LATE_MS } : undefined,
			run: async () => {
				isShared = false;
				const tokens = await redeem({ ...session, refreshToken });
				if (secretOf(tokens) === secretOf(session)) keepMs = Math.min(keepMs, keepSameMs(tokens));
				return JSON.stringify(tokens);
			}
		});
		renewal.then(
			() => onRenewal?.('renewed', isShared),
			(error: unknown) => onRenewal?.(error instanceof WorkFailed ? error.fault : 'lost', isShared)
		);
		try {
			const result = alive ? await patiently(renewal) : await renewal;
			return result === null ? session : await successor(session, result);
		} catch (error) {
			if (!(error instanceof WorkFailed)) throw error;
			if (error.fault === 'ended') throw new SessionEnded(error.code);
			onFault(error);
			if (!alive) throw new Problem('upstream_unavailable', { headers: { 'retry-after': retryAfter(error) } });
			if (error.code !== 'begun_before') restUntilMs = now() + REST_MS;
			return session;
		}
	}

	/**
	 * Some providers give the same tokens again while the access token lives. The next renewal then has the same name: it must not
	 * find this result.
	 */
	function keepSameMs({ refreshAt = Infinity }: TokenSet): number {
		return Math.max(MIN_KEEP_MS, Math.min(MAX_KEEP_SAME_MS, refreshAt * 1000 - unixNow()));
	}

	/** The result, or null when it takes too long; the work goes on, and its result serves the next request. */
	async function patiently(renewal: Promise<string>): Promise<string | null> {
		const { reached, callOff } = limit(PATIENCE_MS);
		renewal.catch(() => {});
		try {
			return await Promise.race([renewal, reached]);
		} finally {
			callOff();
		}
	}

	return {
		/** Whether it is time to renew its tokens. */
		isDue,

		/**
		 * The session with tokens that are good to use; at most one token call.
		 * @throws {SessionEnded} when nothing can be renewed any more
		 * @throws {Problem} `upstream_unavailable` when the token has expired and the STS can't be asked
		 */
		renewed: async (session: Session): Promise<Session> => {
			if (!isDue(session)) return session;
			const known = await follow(session, isDue);
			const canWait = isAlive(known) && now() < restUntilMs;
			return isDue(known) && !canWait ? nextOf(known, known === session) : known;
		},

		/**
		 * The session with another access token than one that looks good and was refused by a service; the same session
		 * when there is none to be had now. Throws as `renewed` does.
		 */
		replaced: async (refused: Session): Promise<Session> => {
			const freshKey = (session: Session) => `renewed-by-force:${session.id}:${session.generation}`;
			const known = await follow(refused, (current) => current === refused || isDue(current));
			if (known !== refused) return known;
			if (await store.read(freshKey(refused))) return refused;
			const next = await nextOf(refused, false);
			if (next !== refused) await store.write(freshKey(next), '1', FORCE_REST_MS);
			return next;
		},

		/** The newest session that this one has been renewed to, as far as that is known; without a token call. */
		newest: (session: Session): Promise<Session> => follow(session, () => true),

		/** Resolves when no token call of this process is under way any more: its result would be lost with the process. */
		settled: () => once.settled()
	};
}

/** In seconds; at once would be a second too. */
const retryAfter = ({ retryAfterMs }: WorkFailed) => String(Math.max(1, Math.ceil(retryAfterMs / 1000)));

function timeLimit(ms: number) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const reached = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), ms);
	});
	return { reached, callOff: () => clearTimeout(timer) };
}

let made: ReturnType<typeof createRenewals> | undefined;

/** Keeps the sessions of this portal good, together with its other instances. */
export function renewals(): ReturnType<typeof createRenewals> {
	return (made ??= createRenewals({
		store: sharedStore(),
		redeem: redeemRefreshToken,
		onFault: told,
		onRenewal: (result, coalesced) => count('portal.token_refreshes', { result, coalesced })
	}));
}

function told(error: WorkFailed): void {
	const { fault, code } = error;
	if (['invalid_client', 'unauthorized_client', 'invalid_scope', 'unsupported_grant_type'].includes(code))
		log.error(
			'the STS refuses the portal itself: check STS_CLIENT_ID, STS_CLIENT_SECRET, STS_CLIENT_AUTH and STS_SCOPE',
			{ code, error }
		);
	else log.warn('tokens could not be renewed', { fault, code, error });
}

/** More links than five minutes of tokens that live for seconds make. */
const MOST_LINKS = 200;

const Tokens = v.object({
	accessToken: v.string(),
	refreshToken: v.optional(v.string()),
	idToken: v.optional(v.string()),
	expiresAt: v.optional(v.number()),
	refreshAt: v.optional(v.number())
});

/** What names the renewal of a session. Both tokens do: a provider that does not rotate gives the same refresh token again. */
export function secretOf({ refreshToken = '', accessToken }: Pick<Session, 'refreshToken' | 'accessToken'>): string {
	return `${refreshToken} ${accessToken}`;
}

/** How sessions lead to what they have been renewed to: each link is sealed with the tokens of the one before. */
function createTokenChain(once: Pick<Once, 'peek' | 'nameOf'>) {
	/** @param result the new tokens, as JSON */
	async function successor(session: Session, result: string): Promise<Session> {
		const { expiresAt, refreshAt, ...tokens } = v.parse(Tokens, JSON.parse(result));
		const renewal = await once.nameOf(secretOf(session));
		return { ...session, ...tokens, expiresAt, refreshAt, renewal, generation: session.generation + 1 };
	}

	/** Along the chain, as far as it is known and `goOn` says so of each session on the way; without a token call. */
	async function follow(session: Session, goOn: (current: Session) => boolean): Promise<Session> {
		let current = session;
		for (let links = 0; links < MOST_LINKS && current.refreshToken !== undefined && goOn(current); links++) {
			const result = await once.peek(secretOf(current));
			if (result === null) break;
			const next = await successor(current, result);
			// Tokens that were given again lead to themselves: such a link is followed once, for their later end.
			const isSame = secretOf(next) === secretOf(current);
			if (isSame && next.expiresAt === current.expiresAt) break;
			current = next;
			if (isSame) break;
		}
		return current;
	}

	return { successor, follow };
}
