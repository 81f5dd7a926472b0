import { decodeJwt } from 'jose';
import type Provider from 'oidc-provider';
import * as v from 'valibot';
import type { Scenarios } from '../scenarios.ts';
import type { SigningKey } from './keys.ts';

const TokenResponse = v.looseObject({ id_token: v.string() });

/** Re-signs ID tokens with other claims while the scenario `id-token` is active, as an unusual STS would send them. */
export function alterIdTokens(provider: Provider, scenarios: Scenarios, key: SigningKey): void {
	provider.use(async (ctx, next) => {
		await next();
		const response = ctx.path === '/token' ? v.safeParse(TokenResponse, ctx.body) : undefined;
		const claims = response?.success ? scenarios.use('id-token')?.claims : undefined;
		if (!response?.success || claims === undefined) return;
		const altered = Object.entries({ ...decodeJwt(response.output.id_token), ...claims });
		const payload = Object.fromEntries(altered.filter(([, value]) => value !== null));
		ctx.body = { ...response.output, id_token: await key.sign(payload) };
	});
}
