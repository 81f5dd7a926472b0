import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as v from 'valibot';
import { Browser, type Visit } from './browser.ts';
import type { Sandbox } from './index.ts';
import { parsed } from './parsed.ts';

export const portalUrl = 'http://localhost:3000';
const clientId = 'portal-frontend';
const secret = { client_id: clientId, client_secret: 'portal-frontend-secret' };
const Tokens = v.object({
	access_token: v.string(),
	refresh_token: v.optional(v.string()),
	id_token: v.optional(v.string()),
	expires_in: v.number(),
	scope: v.optional(v.string())
});
export type Tokens = v.InferOutput<typeof Tokens>;

/** The portal's requests to the STS, reduced to what the sandbox's tests need. */
export class RelyingParty {
	readonly browser = new Browser(portalUrl);
	readonly #sandbox: Sandbox;
	readonly #verifier = randomBytes(32).toString('base64url');

	constructor(sandbox: Sandbox) {
		this.#sandbox = sandbox;
	}

	authorizationParameters(provider: 'sts' | 'sts-wallet', more: Record<string, string> = {}): Record<string, string> {
		return {
			client_id: clientId,
			response_type: 'code',
			redirect_uri: `${portalUrl}/api/auth/callback/${provider}`,
			scope: 'openid profile email eduid offline_access',
			state: 'the-state',
			nonce: 'the-nonce',
			code_challenge: createHash('sha256').update(this.#verifier).digest('base64url'),
			code_challenge_method: 'S256',
			...more
		};
	}

	/** Opens the authorization URL; ends at a page, or at the portal's callback. */
	start(provider: 'sts' | 'sts-wallet', more?: Record<string, string>): Promise<Visit> {
		const query = new URLSearchParams(this.authorizationParameters(provider, more));
		return this.browser.open(`${this.#sandbox.stsUrl}/auth?${query}`);
	}

	/** A complete institutional sign-in of one person. */
	async signIn(person: string): Promise<Tokens> {
		const back = await this.browser.submit(await this.start('sts'), { person });
		return this.redeem(back, 'sts');
	}

	async redeem({ url }: Visit, provider: 'sts' | 'sts-wallet'): Promise<Tokens> {
		const response = await this.token({
			grant_type: 'authorization_code',
			code: url.searchParams.get('code') ?? '',
			redirect_uri: `${portalUrl}/api/auth/callback/${provider}`,
			code_verifier: this.#verifier
		});
		return parsed(response, Tokens);
	}

	async refresh(refreshToken: string | undefined): Promise<{ status: number; tokens: Tokens | undefined }> {
		const response = await this.token({ grant_type: 'refresh_token', refresh_token: refreshToken ?? '' });
		const tokens = v.safeParse(Tokens, await parsed(response, v.unknown()));
		return { status: response.status, tokens: tokens.success ? tokens.output : undefined };
	}

	token(fields: Record<string, string>): Promise<Response> {
		return this.post('/token', { ...secret, ...fields });
	}

	post(path: string, fields: Record<string, string>): Promise<Response> {
		return fetch(this.#sandbox.stsUrl + path, { method: 'POST', body: new URLSearchParams({ ...secret, ...fields }) });
	}

	async verify(jwt: string | undefined, audience: string) {
		const keys = createRemoteJWKSet(new URL(`${this.#sandbox.stsUrl}/jwks`));
		return jwtVerify(jwt ?? '', keys, { issuer: this.#sandbox.stsUrl, audience });
	}
}
