import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as v from 'valibot';
import { Browser, type Visit } from '../harness/browser.ts';
import type { Sandbox } from './index.ts';
import { parsed } from './parsed.ts';

export const portalUrl = 'http://localhost:3000';
const secret = { client_id: 'portal-frontend', client_secret: 'portal-frontend-secret' };
const Tokens = v.object({
	access_token: v.string(),
	refresh_token: v.optional(v.string()),
	id_token: v.optional(v.string()),
	expires_in: v.number()
});
export type Tokens = v.InferOutput<typeof Tokens>;

/** The portal address that a browser was redirected to, or else the address of the page. */
export function addressAfter({ headers, url }: Visit): URL {
	return new URL(headers.get('location') ?? url, url);
}

/** The portal's requests to the STS, reduced to what the sandbox's tests need. Its browser stops before the portal. */
export class RelyingParty {
	readonly browser = new Browser(portalUrl);
	readonly #sandbox: Sandbox;
	readonly #verifier = randomBytes(32).toString('base64url');

	constructor(sandbox: Sandbox) {
		this.#sandbox = sandbox;
	}

	/** Opens the authorization URL; ends at a page, or before the portal's callback. */
	start(provider: 'sts' | 'sts-wallet', more: Record<string, string> = {}): Promise<Visit> {
		const query = new URLSearchParams({
			client_id: secret.client_id,
			response_type: 'code',
			redirect_uri: `${portalUrl}/api/auth/callback/${provider}`,
			scope: 'openid profile email eduid offline_access',
			state: 'the-state',
			nonce: 'the-nonce',
			code_challenge: createHash('sha256').update(this.#verifier).digest('base64url'),
			code_challenge_method: 'S256',
			...more
		});
		return this.browser.open(`${this.#sandbox.stsUrl}/auth?${query}`, { stopBefore: '/' });
	}

	/** Chooses a person, or another `decision`, on the institution's page. */
	choose(page: Visit, button: Record<string, string>): Promise<Visit> {
		return this.browser.submit(page, button, '', { stopBefore: '/' });
	}

	/** A complete institutional sign-in of one person. */
	async signIn(person: string): Promise<Tokens> {
		return this.redeem(await this.choose(await this.start('sts'), { person }), 'sts');
	}

	async redeem(visit: Visit, provider: 'sts' | 'sts-wallet'): Promise<Tokens> {
		const response = await this.post('/token', {
			grant_type: 'authorization_code',
			code: addressAfter(visit).searchParams.get('code') ?? '',
			redirect_uri: `${portalUrl}/api/auth/callback/${provider}`,
			code_verifier: this.#verifier
		});
		return parsed(response, Tokens);
	}

	async refresh(refreshToken = ''): Promise<{ status: number; tokens: Tokens | undefined }> {
		const response = await this.post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken });
		const tokens = v.safeParse(Tokens, await parsed(response, v.unknown()));
		return { status: response.status, tokens: tokens.success ? tokens.output : undefined };
	}

	post(path: string, fields: Record<string, string>): Promise<Response> {
		return fetch(this.#sandbox.stsUrl + path, { method: 'POST', body: new URLSearchParams({ ...secret, ...fields }) });
	}

	async verify(jwt: string | undefined, audience: string) {
		const keys = createRemoteJWKSet(new URL(`${this.#sandbox.stsUrl}/jwks`));
		return jwtVerify(jwt ?? '', keys, { issuer: this.#sandbox.stsUrl, audience });
	}
}
