import { isWalletSessionId } from '$lib/wallet/wallet-session-id';
import { Problem } from '../http/problem';

export const sessionsPath = ['auth', 'oid4vp', 'sessions'] as const;
export const idvCallbackPath = ['auth', 'oid4vp', 'idv', 'callback'] as const;

/** @throws {Problem} `not_found` for what is no wallet session id. */
export function sessionPath(id: string, ...rest: readonly string[]): readonly string[] {
	if (!isWalletSessionId(id)) throw new Problem('not_found');
	return [...sessionsPath, id, ...rest];
}

export function bindingsPath(subject: string, ...rest: readonly string[]): readonly string[] {
	return ['internal', 'bindings', subject, ...rest];
}
