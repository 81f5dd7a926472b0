/**
 * Tokens, keys and services that have a bad day; several instances.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const upstreams = [
	{
		name: 'a token lives on while the clock steps back',
		file: 'src/lib/server/sts/service-token.ts',
		find: 'now() >= endMs || unixNow() >= unixEndMs',
		replace: 'unixNow() >= unixEndMs',
		test: 'tests/unit/server/sts/service-token.cache.test.ts'
	},
	{
		name: 'a Redis that lost its data is not noticed',
		file: 'src/lib/server/store/copies.ts',
		find: '\t\t\tlosses++;\n',
		replace: '',
		test: 'tests/unit/server/store/resilient.data-loss.test.ts'
	},
	{
		name: 'the STS is not called again for 30 seconds',
		file: 'src/lib/server/auth/refresh.ts',
		find: 'const COOLDOWN_MS = 1000;',
		replace: 'const COOLDOWN_MS = 30_000;',
		test: 'tests/unit/server/auth/refresh.sts-faults.test.ts'
	},
	{
		name: 'a lease counts as abandoned at once',
		file: 'src/lib/server/auth/run-once.ts',
		find: "idleMs < LEASE_MS) return 'wait'",
		replace: "idleMs < 0) return 'wait'",
		test: 'tests/unit/server/auth/run-once.abandoned.test.ts'
	},
	{
		name: 'a lease has no heartbeat',
		file: 'src/lib/server/auth/run-once.ts',
		find: '\t\tlease.startHeartbeat();\n',
		replace: '',
		test: 'tests/unit/server/auth/run-once.abandoned.test.ts'
	},
	{
		name: 'clocks of two instances are compared',
		file: 'src/lib/server/auth/run-once.ts',
		find: 'return BEGUN_MS - remainingMs;',
		replace: "return Math.abs(unixNow() - ('untilMs' in record ? record.untilMs - LEASE_MS : record.atMs));",
		test: 'tests/unit/server/auth/run-once.abandoned.test.ts'
	},
	{
		name: 'a refresh token is redeemed twice while the access token lives',
		file: 'src/lib/server/auth/refresh.ts',
		find: 'repeatLost: !alive',
		replace: 'repeatLost: true',
		test: 'tests/unit/server/auth/refresh.sts-faults.test.ts'
	},
	{
		name: 'a refresh that needs the person keeps the session',
		file: 'src/lib/server/auth/refresh-grant.ts',
		find: "\t'interaction_required',\n",
		replace: '',
		test: 'tests/unit/server/auth/refresh-grant.test.ts'
	},
	{
		name: 'a replaced key is not read again',
		file: 'src/lib/server/sts/tokens.ts',
		find: 'isWrongSignature(error) ? await ring.reloaded(from) : null',
		replace: 'null',
		test: 'tests/unit/server/sts/tokens.test.ts'
	},
	{
		name: 'metadata is good for a minute while discovery fails',
		file: 'src/lib/server/sts/metadata.ts',
		find: 'MAX_STALE_MS = 24 * 60 * 60_000',
		replace: 'MAX_STALE_MS = 60_000',
		test: 'tests/unit/server/sts/metadata.metadata-cache.test.ts'
	},
	{
		name: 'userinfo is not requested',
		file: 'src/lib/server/sts/id-token.ts',
		find: 'if (!namesNobody(claims)) return claims;',
		replace: 'return claims;',
		test: 'tests/unit/server/sts/id-token.userinfo.test.ts'
	},
	{
		name: 'null fields break a token response',
		file: 'src/lib/server/sts/responses.ts',
		find: "(value: unknown) => value === null || value === '';",
		replace: '(_value: unknown) => false;',
		test: 'tests/unit/server/sts/responses.lenient.test.ts'
	},
	{
		name: 'an STS that wants the person is a failed sign-in',
		file: 'src/lib/server/auth/sign-in-errors.ts',
		find: "\t['consent_required', 'interaction_required'],\n",
		replace: '',
		test: 'tests/unit/server/auth/sign-in-errors.test.ts'
	},
	{
		name: 'an STS that is down is the portal’s fault',
		file: 'src/lib/server/auth/sign-in-errors.ts',
		find: "\tif (isUnavailable(fault)) return 'sts_unavailable';\n",
		replace: '',
		test: 'tests/unit/server/auth/sign-in-errors.test.ts'
	},
	{
		name: 'the log names the outermost error',
		file: 'src/lib/server/error-fields.ts',
		find: 'chain.map(read).findLast(',
		replace: 'chain.map(read).find(',
		test: 'tests/unit/server/log.test.ts'
	},
	{
		name: 'calls that consume something reuse connections',
		file: 'src/lib/server/upstream/connections.ts',
		find: 'reuse = isRead(method)',
		replace: 'reuse = true',
		test: 'tests/unit/server/upstream/connections.test.ts'
	},
	{
		name: 'a session is sealed again at each request',
		file: 'src/lib/server/auth/session-cookie.ts',
		find: "stale === 'secret' && isDue && 'secret'",
		replace: "stale === 'secret' && 'secret'",
		test: 'tests/unit/server/auth/session-cookie.test.ts'
	}
];
