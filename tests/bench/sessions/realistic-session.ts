import { randomBytes } from 'node:crypto';
import type { Session } from '../../../src/lib/server/auth/session';
import { keycloakTokens } from '../../harness/keycloak-tokens.ts';

const DAY_SECONDS = 24 * 60 * 60;
const text = (bytes: number) => randomBytes(bytes).toString('base64url').slice(0, bytes);

/** A session with tokens of the size of Keycloak’s by default. Times are Unix seconds. */
export function realisticSession(nowSeconds: number): Session {
	return {
		id: crypto.randomUUID(),
		generation: 0,
		provider: 'sts',
		sub: text(32),
		userId: `urn:collab:person:uni-noord.example:${text(8)}`,
		name: 'Sanne de Vries',
		email: 'sanne.devries@uni-noord.example',
		eduid: text(24),
		institution: 'uni-noord.example',
		acr: 'https://refeds.org/profile/sfa',
		amr: ['pwd'],
		sid: text(21),
		authTime: nowSeconds,
		endsAt: nowSeconds + DAY_SECONDS,
		...realisticTokens(nowSeconds, 300)
	};
}

export function realisticTokens(nowSeconds: number, lifeSeconds: number) {
	const expiresAt = nowSeconds + lifeSeconds;
	return { ...keycloakTokens(), expiresAt, refreshAt: expiresAt - lifeSeconds / 5 };
}
