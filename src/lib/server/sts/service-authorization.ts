import type { TokenWish } from '../config/service-client';
import type { UpstreamAuthorization } from '../http/upstream-authorization';
import { grantServiceToken } from './client-credentials';
import { createServiceTokens } from './service-tokens';

let tokens: ReturnType<typeof createServiceTokens> | undefined;

/** The portal's service credential, for one call: a token of its own where nobody is signed in, or none is asked for. */
export function serviceAuthorization(wish: TokenWish): UpstreamAuthorization {
	const kept = (tokens ??= createServiceTokens({ grant: grantServiceToken }));
	let shown = '';
	return {
		current: async () => bearer((shown = await kept.current(wish))),
		renewed: async () => {
			const next = await kept.replaced(wish, shown);
			return next === null ? null : bearer(next);
		}
	};
}

function bearer(accessToken: string): string {
	return `Bearer ${accessToken}`;
}
