import type { TokenSet } from '$lib/server/auth/session-tokens';
import { WorkFailed } from '$lib/server/auth/run-once';
import type { Session } from '$lib/server/auth/session';
import type { VirtualClock } from '../../virtual-clock';

/** How one token call goes. `unsent`: refused; `failed`: a 500; `lost`: redeemed, and the response never came. */
export interface TokenCall {
	readonly way: 'good' | 'unsent' | 'failed' | 'lost';
	readonly thereMs: number;
	readonly backMs: number;
}

const STS_LIMIT_MS = 10_000;

/**
 * An STS that rotates refresh tokens, where reuse ends the family.
 * @param nextCall how the calls go, in turn
 * @param wrong gets what the portal did wrong, in words
 */
export function createSts(clock: VirtualClock, nextCall: () => TokenCall, tokenSeconds: number, wrong: string[]) {
	const arrivals = new Map<string, number>();
	let current = 0;
	let isAlive = true;

	function arrive(refreshToken: string): void {
		arrivals.set(refreshToken, (arrivals.get(refreshToken) ?? 0) + 1);
		if (refreshToken === `refresh-${current}`) current++;
		else isAlive = false;
	}

	const tokens = (): TokenSet => {
		const expiresAt = Math.floor(clock.now() / 1000) + tokenSeconds;
		const names = { accessToken: `access-${current}`, refreshToken: `refresh-${current}` };
		return { ...names, expiresAt, refreshAt: expiresAt - tokenSeconds / 5 };
	};

	/** How earlier calls with this token ended, as the portal saw it. */
	const endings = new Map<string, string[]>();

	async function redeem(session: Session & { refreshToken: string }): Promise<TokenSet> {
		const { refreshToken, expiresAt = Infinity } = session;
		const before = endings.get(refreshToken) ?? [];
		endings.set(refreshToken, before);
		const losses = before.filter((ending) => ending !== 'unsent' && ending !== 'failed');
		if (losses.some((ending) => ending !== 'lost')) wrong.push(`${refreshToken} redeemed while or after it was`);
		if (losses.length > 0 && clock.now() / 1000 < expiresAt) wrong.push(`${refreshToken} repeated while tokens live`);
		const at = before.push('under way') - 1;
		const ends = (ending: string) => (before[at] = ending);
		const { way, thereMs, backMs } = nextCall();
		await clock.pause(Math.min(thereMs, STS_LIMIT_MS));
		if (way === 'unsent' || way === 'failed') {
			ends(way);
			throw new WorkFailed('postponed', way);
		}
		arrive(refreshToken);
		const isGood = isAlive;
		const response = tokens();
		const isLost = way === 'lost' || thereMs + backMs > STS_LIMIT_MS;
		await clock.pause(isLost ? Math.max(0, STS_LIMIT_MS - thereMs) : backMs);
		ends(isLost ? 'lost' : isGood ? 'good' : 'refused');
		if (isLost) throw new WorkFailed('lost', 'no_response');
		if (!isGood) throw new WorkFailed('ended', 'invalid_grant');
		return response;
	}

	return {
		redeem,
		tokens,
		isAlive: () => isAlive,
		/** Whether some response never came: the one reason for which a family may end. */
		hasLost: () => [...endings.values()].flat().includes('lost')
	};
}
