import type { TokenOptions } from '../config/service-client';
import type { UpstreamAuthorization } from '../upstream/exchange';
import { grantServiceToken } from './client-credentials';
import { createServiceTokens } from './service-tokens';

let tokens: ReturnType<typeof createServiceTokens> | undefined;

/** The portal's service credential, for one call: a token of its own where nobody is signed in, or none is asked for. */
export function serviceAuthorization(options: TokenOptions): UpstreamAuthorization {
	const kept = (tokens ??= createServiceTokens({ grant: grantServiceToken }));
	let shown = '';
	return {
		current: async () => bearer((shown = await kept.current(options))),
		renewed: async () => {
			const next = await kept.replaced(options, shown);
			return next === null ? null : bearer(next);
		}
	};
}

function bearer(accessToken: string): string {
	return `Bearer ${accessToken}`;
}
