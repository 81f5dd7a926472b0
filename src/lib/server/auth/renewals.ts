import * as v from 'valibot';
import { Problem } from '../http/problem';
import { createOnce, type OnceOptions, WorkFailed } from '../once/once';
import type { TokenSet } from './new-session';
import type { Session } from './session';

/** Late requests that still carry an old cookie get the newest tokens for this long, without a token call. */
const SHARE_MS = 60_000;
/** While the access token lives, nobody waits longer than this for a new one. */
const PATIENCE_MS = 2000;
/** After a renewal that failed for now, living tokens are used for a while before the STS is asked again. */
const REST_MS = 1000;
/** More links than 60 s of the shortest-lived tokens make. */
const MOST_LINKS = 100;

const Tokens = v.object({
	accessToken: v.string(),
	refreshToken: v.optional(v.string()),
	idToken: v.optional(v.string()),
	expiresAt: v.optional(v.number()),
	refreshAt: v.optional(v.number())
});

/** The session is over: the STS says so, or there is nothing left to renew it with. `message` is a code. */
export class SessionEnded extends Error {
	override readonly name = 'SessionEnded';
}

export interface RenewalOptions extends OnceOptions {
	/** Redeems the refresh token. @throws {WorkFailed} */
	readonly redeem: (session: Session & { readonly refreshToken: string }) => Promise<TokenSet>;
	/** Hears of each renewal that failed for now. */
	readonly onFault: (failed: WorkFailed) => void;
	/** Resolves to null after so many milliseconds. */
	readonly limit?: (ms: number) => { readonly reached: Promise<null>; readonly callOff: () => void };
}

/**
 * Keeps the tokens of sessions good: one token call per refresh token, however many requests, tabs and instances ask, and
 * whoever comes late with an old cookie is led along the chain of successors to the newest.
 */
export function createRenewals({ redeem, onFault, limit = timeLimit, ...options }: RenewalOptions) {
	const { now = Date.now } = options;
	const once = createOnce(options);
	let restUntilMs = 0;

	const isDue = ({ refreshAt }: Session) => refreshAt !== undefined && now() / 1000 >= refreshAt;
	const isAlive = ({ expiresAt }: Session) => expiresAt === undefined || now() / 1000 < expiresAt;

	async function nextOf(session: Session): Promise<Session> {
		const { refreshToken } = session;
		const alive = isAlive(session);
		if (refreshToken === undefined) {
			if (!alive) throw new SessionEnded('no_refresh_token');
			return session;
		}
		if (alive && now() < restUntilMs) return session;
		const renewal = once.run({
			secret: secretOf(session),
			repeatLost: !alive,
			shareMs: SHARE_MS,
			run: async () => JSON.stringify(await redeem({ ...session, refreshToken }))
		});
		try {
			const result = alive ? await patiently(renewal) : await renewal;
			return result === null ? session : successor(session, result);
		} catch (error) {
			if (!(error instanceof WorkFailed)) throw error;
			if (error.fault === 'ended') throw new SessionEnded(error.code);
			onFault(error);
			if (!alive) throw new Problem('upstream_unavailable');
			restUntilMs = now() + REST_MS;
			return session;
		}
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
		/**
		 * The session with tokens that are good to use.
		 * @param force renew even a token that looks good, because a service has refused it
		 * @throws {SessionEnded} when nothing can be renewed any more
		 * @throws {Problem} `upstream_unavailable` when the token has expired and the STS can't be asked
		 */
		async renewed(session: Session, force = false): Promise<Session> {
			let current = session;
			for (let links = 0; links < MOST_LINKS && ((force && links === 0) || isDue(current)); links++) {
				const next = await nextOf(current);
				if (next === current) break;
				current = next;
			}
			return current;
		},

		/** The newest session that this one has been renewed to, as far as that is known; without a token call. */
		async newest(session: Session): Promise<Session> {
			let current = session;
			for (let links = 0; links < MOST_LINKS && current.refreshToken !== undefined; links++) {
				const result = await once.peek(secretOf(current));
				if (result === null) break;
				current = successor(current, result);
			}
			return current;
		}
	};
}

/** Both tokens together name a link: a provider that does not rotate gives the same refresh token again. */
function secretOf({ refreshToken = '', accessToken }: Session): string {
	return `${refreshToken} ${accessToken}`;
}

function successor(session: Session, result: string): Session {
	const { expiresAt, refreshAt, ...tokens } = v.parse(Tokens, JSON.parse(result));
	return { ...session, ...tokens, expiresAt, refreshAt, generation: session.generation + 1 };
}

function timeLimit(ms: number) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const reached = new Promise<null>((resolve) => {
		timer = setTimeout(() => resolve(null), ms);
	});
	return { reached, callOff: () => clearTimeout(timer) };
}
