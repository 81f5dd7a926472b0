import { decodeJwt } from 'jose';
import * as v from 'valibot';
import { IdentityClaims, namesNobody } from '../lib/server/sts/id-token';
import { newSession } from '../lib/server/auth/sign-in-result';
import { placeSession, setCookiesOf } from '../lib/server/auth/session-cookie';
import { SessionTooLarge, tokenRecord } from '../lib/server/auth/session-tokens';
import { MAX_SESSION_BYTES } from '../lib/server/auth/session-format';
import { unixSeconds } from '../lib/server/clock';
import type { Config } from '../lib/server/config/parse';
import { fixedHeaders } from '../lib/server/http/headers';
import { isEncryptedToken } from '../lib/server/sts/responses';
import { type Finding, good, warning, wrong } from './findings';

/** The largest response head that nginx accepts by default (`proxy_buffer_size` 4k), less some room for its own headers. */
export const DEFAULT_HEAD_BYTES = 4000;

/** As the portal parses it: a value that is not a string counts as absent. */
const optionalToken = v.optional(v.fallback(v.optional(v.pipe(v.string(), v.nonEmpty())), undefined));

/** A token response of the STS (RFC 6749 5.1), as saved to a file. */
const Tokens = v.pipe(
	v.string(),
	// Editors may save a file with a byte order mark.
	v.transform((text) => text.replace(/^\uFEFF/, '')),
	v.parseJson(),
	v.object({
		access_token: v.string(),
		refresh_token: optionalToken,
		id_token: optionalToken
	})
);

type Facts = Pick<Config, 'secure' | 'origin' | 'sessionFormat' | 'sessionTokens' | 'store'>;

interface SessionSize {
	/** Bytes of the response head at the end of a sign-in; null if it could not be measured. */
	readonly headBytes: number | null;
	readonly findings: readonly Finding[];
}

/** A browser without cookies of the portal. */
const NO_COOKIES = { getAll: () => [] };
const ENCRYPTED = wrong(
	'session.id-token',
	'The STS encrypts the ID token of the token response (JWE): people can’t sign in.',
	'Disable ID token encryption for the portal’s client at the STS. The portal reads signed ID tokens only.'
);
const THIN = good(
	'session.claims',
	'The ID token has no name, eduid or federated_subject claim: the portal reads the userinfo endpoint at each sign-in.'
);
const USE_STORE =
	'Alternatively, keep the tokens in a shared store: set REDIS_URL, or DENO_KV on Deno, and leave SESSION_TOKENS unset.';
const SMALLER = 'Configure the STS to put fewer claims, roles or groups into the portal’s tokens.';

/** Measures the cookies of a session with these tokens, and the head of the response that sets them. */
export function examineSessionSize(config: Facts, text: string): SessionSize {
	const parsed = v.safeParse(Tokens, text);
	if (!parsed.success)
		return {
			headBytes: null,
			findings: [
				wrong('session', 'The token response (--tokens) can’t be read.', 'It must be JSON with an access_token.')
			]
		};
	const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = parsed.output;
	if (isEncryptedToken(idToken)) return { headBytes: null, findings: [ENCRYPTED] };
	const nowSeconds = unixSeconds();
	const claims = claimsOf(idToken);
	const times = { startedAt: nowSeconds, endedAt: nowSeconds, sessionStartsAt: nowSeconds };
	const facts = { provider: 'sts', requestsLogin: false, ...times } as const;
	const session = newSession(claims, { accessToken, refreshToken, idToken }, facts);
	try {
		const place = placeSession(session);
		if (place.tokens === 'store') tokenRecord(place.session);
		const cookies = setCookiesOf(session, place.chunks, NO_COOKIES, nowSeconds);
		const { headBytes, findings } = measured(config, cookies, place.tokens);
		return { headBytes, findings: idToken !== undefined && namesNobody(claims) ? [THIN, ...findings] : findings };
	} catch (error) {
		if (!(error instanceof SessionTooLarge)) throw error;
		return { headBytes: null, findings: [tooLarge(config)] };
	}
}

/** Where the tokens of sessions go, if there is no token response to measure. */
export function examineTokenPlace({ sessionTokens, store }: Pick<Config, 'sessionTokens' | 'store'>): Finding {
	const measure = 'Measure yours with --tokens.';
	if (sessionTokens === 'store') return good('session.tokens', 'The tokens of sessions go into the shared store.');
	if (sessionTokens === 'auto' && store.isShared)
		return good('session.tokens', 'Tokens that do not fit the session cookie go into the shared store.');
	return good(
		'session.tokens',
		`The tokens of sessions go into the cookie. Large ones need a setting of the proxy, or do not fit. ${measure}`
	);
}

function tooLarge({ sessionFormat, sessionTokens, store }: Facts): Finding {
	if (sessionTokens !== 'cookie' && store.isShared)
		return wrong('session.size', 'These tokens do not fit the shared store: people can’t sign in.', SMALLER);
	return wrong(
		'session.size',
		`A session with these tokens takes more than ${MAX_SESSION_BYTES[sessionFormat]} bytes of cookies: people can’t sign in.`,
		`${SMALLER} ${USE_STORE}`
	);
}

/** The claims that pages show; texts of usual length without a readable ID token. */
function claimsOf(idToken: string | undefined): v.InferOutput<typeof IdentityClaims> {
	try {
		return v.parse(IdentityClaims, decodeJwt(idToken ?? ''));
	} catch {
		return v.parse(IdentityClaims, { sub: 'x'.repeat(64), name: 'x'.repeat(40), email: 'x'.repeat(40) });
	}
}

function measured(
	{ secure, origin, sessionFormat }: Facts,
	cookies: readonly string[],
	tokens: 'cookie' | 'store'
): SessionSize {
	const bytes = cookies.reduce((sum, cookie) => sum + Buffer.byteLength(cookie), 0);
	const headers = [
		...Object.entries({ ...fixedHeaders(secure), location: `${origin}/account`, date: new Date(0).toUTCString() }),
		...cookies.map((cookie) => ['set-cookie', cookie] as const)
	];
	const head = `HTTP/1.1 303 See Other\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
	const headBytes = Buffer.byteLength(head);
	const size =
		tokens === 'store'
			? `The tokens of such a session go into the shared store; the rest takes ${bytes} bytes of cookies.`
			: `A session with these tokens takes ${bytes} of ${MAX_SESSION_BYTES[sessionFormat]} bytes of cookies.`;
	const message = `The response that ends a sign-in has a head of ${headBytes} bytes`;
	const fits = headBytes <= DEFAULT_HEAD_BYTES;
	return {
		headBytes,
		findings: [
			good('session.size', size),
			fits
				? good('session.head', `${message}: every proxy accepts it by default.`)
				: warning(
						'session.head',
						`${message}: nginx accepts 4 kB by default and responds with 502.`,
						`At the proxy, set proxy_buffer_size 16k and proxy_buffers 8 16k, and check with --proxy. ${USE_STORE} ${SMALLER}`
					)
		]
	};
}
