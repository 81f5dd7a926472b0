/**
 * Who may do what: origins, cookies, tokens, redirects, headers, ownership.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const security = [
	{
		name: 'origin policy: a foreign Origin header is accepted',
		file: 'src/lib/server/handles/origin-policy.ts',
		find: "if (origin !== null && origin !== rules.own) return 'forbidden';",
		replace: '',
		test: 'tests/unit/server/handles/origin-policy.test.ts'
	},
	{
		name: 'cookies can be read by scripts',
		file: 'src/lib/server/http/cookies.ts',
		find: "path: '/', httpOnly: true",
		replace: "path: '/', httpOnly: false",
		test: 'tests/unit/server/auth/session-cookie.test.ts'
	},
	{
		name: 'cookies go over plain http',
		file: 'src/lib/server/http/cookies.ts',
		find: 'secure: config().secure',
		replace: 'secure: false',
		test: 'tests/unit/server/auth/session-cookie.test.ts'
	},
	{
		name: 'cookies have no __Host- prefix',
		file: 'src/lib/server/http/cookies.ts',
		find: "config().secure ? '__Host-' : ''",
		replace: "''",
		test: 'tests/unit/server/auth/session-cookie.test.ts'
	},
	{
		name: 'an ID token may be for another client',
		file: 'src/lib/server/sts/id-token.ts',
		find: '\t\taudience: config().sts.clientId,\n',
		replace: '\t\taudience: decodeJwt(idToken).aud ?? [],\n',
		test: 'tests/unit/server/sts/id-token.test.ts'
	},
	{
		name: 'a token may be of another issuer',
		file: 'src/lib/server/sts/tokens.ts',
		find: '\t\t\tissuer,\n',
		replace: '',
		test: 'tests/unit/server/sts/tokens.test.ts'
	},
	{
		name: 'the nonce is not checked',
		file: 'src/lib/server/sts/id-token.ts',
		find: "\tif (claims.nonce !== signIn.nonce) throw new IdTokenRefused('nonce');\n",
		replace: '',
		test: 'tests/unit/server/auth/callback.test.ts'
	},
	{
		name: 'an access token may be for another API',
		file: 'src/lib/server/sts/tokens.ts',
		find: '\t\taudience,\n',
		replace: '',
		test: 'tests/unit/server/handles/bearer.test.ts'
	},
	{
		name: 'a logout token ends sessions that began later',
		file: 'src/lib/server/auth/revoked-sessions.ts',
		find: '{ untilMs: issuedMs }',
		replace: '{ untilMs: Math.max(unixMs(), issuedMs) }',
		test: 'tests/unit/server/auth/backchannel-logout.test.ts'
	},
	{
		name: 'a return path may lead to another origin',
		file: 'src/lib/server/http/return-path.ts',
		find: 'url.origin !== origin || ',
		replace: '',
		test: 'tests/unit/server/http/return-path.test.ts'
	},
	{
		name: 'a callback needs no state of its own',
		file: 'src/lib/server/auth/callback.ts',
		find: ' && flow.stateKey === state?.stateKey',
		replace: '',
		test: 'tests/unit/server/auth/callback.test.ts'
	},
	{
		name: 'a signed-out session is still open',
		file: 'src/lib/server/handles/session.ts',
		find: 'if (await isRevoked(read.session))',
		replace: 'if (false && (await isRevoked(read.session)))',
		test: 'tests/unit/server/handles/session.ended.test.ts'
	},
	{
		name: 'members’ routes are open to everybody',
		file: 'src/lib/server/handles/authorize.ts',
		find: "route.id === null || route.id.startsWith('/(public)')",
		replace: 'true',
		test: 'tests/unit/server/handles/authorize.test.ts'
	},
	{
		name: 'cookies reach backends',
		file: 'src/lib/server/backends/rewriting.ts',
		find: "\t'accept',\n",
		replace: "\t'accept',\n\t'cookie',\n",
		test: 'tests/unit/server/backends/rewriting.headers.test.ts'
	},
	{
		name: 'backends set cookies of the portal',
		file: 'src/lib/server/backends/rewriting.ts',
		find: "\t'retry-after',\n",
		replace: "\t'retry-after',\n\t'set-cookie',\n",
		test: 'tests/http/backend-responses.test.ts'
	},
	{
		name: 'a wallet cookie counts under any id',
		file: 'src/lib/server/auth/wallet-cookies.ts',
		find: 'session?.id === id && session.startedAt',
		replace: 'session && session.startedAt',
		test: 'tests/unit/server/auth/wallet-cookies.test.ts'
	}
];
