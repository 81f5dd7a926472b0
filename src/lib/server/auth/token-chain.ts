import * as v from 'valibot';
import type { Once } from '../once/once';
import type { Session } from './session';

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
export function createTokenChain(once: Pick<Once, 'peek' | 'nameOf'>) {
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
