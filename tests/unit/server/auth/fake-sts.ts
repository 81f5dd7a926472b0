import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** Claims and lists of an ID token that are odd, and say nothing that decides who somebody is. */
export const oddClaims: readonly (readonly [what: string, claims: Readonly<Record<string, unknown>>])[] = [
	[
		'null times and parties',
		{ auth_time: null, azp: null, nbf: undefined, at_hash: null, acr: null, amr: null, sid: null }
	],
	['a string for auth_time', { auth_time: '1700000000' }],
	['an auth_time before 1970, with a fraction', { auth_time: -1.5 }],
	['a string for amr, and a number for acr', { amr: 'pwd otp', acr: 2 }],
	['a list of one audience', { aud: ['portal-client'] }],
	[
		'null names, and a string for email_verified',
		{ name: null, given_name: null, email: null, email_verified: 'true' }
	],
	[
		'objects and lists for names',
		{ name: { nl: 'Sanne' }, family_name: ['de Vries'], email: ['a@b.example'], groups: 'staff' }
	]
];

export const ISSUER = 'http://localhost:8092';
type Claims = Readonly<Record<string, unknown>>;

/** How the STS deviates from a conforming one. */
export interface Behaviour {
	metadata?: Claims;
	/** Merged into the ID token; `undefined` removes a claim. */
	claims?: Claims;
	/** Merged into the token endpoint's response. */
	tokens?: Claims;
	/** The entries of its key set, in place of its one key. */
	keys?: readonly unknown[];
	/** Signs with a key that is not published. */
	isForged?: boolean;
	/** The token endpoint's response, instead of tokens. */
	tokenResponse?: () => Response;
}

/**
 * An STS as a function from requests to responses, to stand in for `fetch`. It keeps what an authorization request asked
 * for, as the real one does, and what the token endpoint received.
 */
export async function fakeSts() {
	const [own, forged] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
	const jwk = { ...(await exportJWK(own.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
	let asked = new URLSearchParams();
	const sts = {
		behaviour: {} as Behaviour,
		tokenRequests: [] as URLSearchParams[],
		pushed: [] as URLSearchParams[],
		/** Requests by address, in order. */
		requests: [] as string[],

		/** The one key it publishes. */
		jwk,

		/** Any token, signed with that key. */
		sign: (claims: JWTPayload, header: Readonly<Record<string, string>> = {}): Promise<string> =>
			new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(own.privateKey),

		/** A person follows the address and signs in: the callback's query. */
		authorize(url: URL): URLSearchParams {
			asked = url.searchParams;
			return new URLSearchParams({ code: 'the-code', state: asked.get('state') ?? '', iss: ISSUER });
		},

		fetch: async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
			const url = input instanceof Request ? input.url : String(input);
			sts.requests.push(url);
			const { pathname } = new URL(url);
			if (pathname === '/.well-known/openid-configuration') return Response.json(metadata());
			if (pathname === '/jwks') return Response.json({ keys: sts.behaviour.keys ?? [jwk] });
			if (pathname === '/par') return pushed(form(init));
			if (pathname === '/token') return token(form(init));
			return new Response(null, { status: 404 });
		}
	};

	function metadata(): Claims {
		return {
			issuer: ISSUER,
			authorization_endpoint: `${ISSUER}/authorize`,
			token_endpoint: `${ISSUER}/token`,
			jwks_uri: `${ISSUER}/jwks`,
			response_types_supported: ['code'],
			id_token_signing_alg_values_supported: ['ES256', 'HS256', 'none'],
			code_challenge_methods_supported: ['S256'],
			authorization_response_iss_parameter_supported: true,
			...sts.behaviour.metadata
		};
	}

	function pushed(body: URLSearchParams): Response {
		sts.pushed.push(body);
		return Response.json({ request_uri: 'urn:pushed:1', expires_in: 60 }, { status: 201 });
	}

	async function token(body: URLSearchParams): Promise<Response> {
		sts.tokenRequests.push(body);
		if (sts.behaviour.tokenResponse) return sts.behaviour.tokenResponse();
		const idToken = await new SignJWT({
			sub: 'subject-1',
			nonce: asked.get('nonce') ?? undefined,
			iss: ISSUER,
			aud: 'portal-client',
			iat: Math.floor(Date.now() / 1000),
			exp: Math.floor(Date.now() / 1000) + 600,
			...sts.behaviour.claims
		})
			.setProtectedHeader({ alg: 'ES256', kid: 'k1' })
			.sign(sts.behaviour.isForged ? forged.privateKey : own.privateKey);
		return Response.json({
			access_token: 'the-access-token',
			refresh_token: 'the-refresh-token',
			id_token: idToken,
			token_type: 'Bearer',
			expires_in: 3600,
			...sts.behaviour.tokens
		});
	}

	return sts;
}

/** The form in a request. */
export function form(init: RequestInit | undefined): URLSearchParams {
	const body = init?.body;
	return new URLSearchParams(typeof body === 'string' || body instanceof URLSearchParams ? body : '');
}
