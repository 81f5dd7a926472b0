import type Provider from 'oidc-provider';
import type { Context } from 'oidc-provider';

const maxEntries = 500;

/** One authorization request as the portal sent it. */
export interface AuthorizationRequest {
	/** The effective parameters: the pushed ones, or those of the query. The client's credential is left out. */
	readonly params: Readonly<Record<string, string>>;
	/** What the browser sent; only `client_id` and `request_uri` after a pushed request. */
	readonly query: Readonly<Record<string, string>>;
}

/** Records authorization requests before the provider changes them (it removes `offline_access`, for example). */
export class AuthorizationLog {
	readonly #requests: AuthorizationRequest[] = [];
	readonly #pushed = new Map<string, Record<string, string>>();

	watch(provider: Provider): void {
		provider.on('pushed_authorization_request.success', (ctx: Context) => {
			const response = ctx.body;
			if (typeof response !== 'object' || response === null || !('request_uri' in response)) return;
			const { client_secret: _secret, client_assertion: _assertion, ...params } = textsOf(ctx.oidc.body);
			this.#pushed.set(String(response.request_uri), params);
		});
		provider.use(async (ctx, next) => {
			if (ctx.path === '/auth') this.#note(textsOf(ctx.query));
			await next();
		});
	}

	/** Oldest first. */
	list(): AuthorizationRequest[] {
		return [...this.#requests];
	}

	/** The request of an authorization code, found by its PKCE challenge. */
	findByChallenge(challenge: string): AuthorizationRequest | undefined {
		return this.#requests.findLast(({ params }) => params.code_challenge === challenge);
	}

	clear(): void {
		this.#requests.length = 0;
	}

	#note(query: Record<string, string>): void {
		const params = this.#pushed.get(query.request_uri ?? '') ?? query;
		this.#requests.push({ params, query });
		if (this.#requests.length > maxEntries) this.#requests.shift();
	}
}

function textsOf(fields: Record<string, unknown>): Record<string, string> {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, [value].flat().join(' ')]));
}
