/**
 * Limits and lifetimes, and defaults.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const limits = [
	{
		name: 'keys in Redis live a thousand times too long',
		file: 'src/lib/server/store/redis-commands.ts',
		find: "ARGV[4], 'PX', ARGV[5]",
		replace: "ARGV[4], 'EX', ARGV[5]",
		test: 'tests/unit/server/store/redis.test.ts'
	},
	{
		name: 'a silent Redis is waited for',
		file: 'src/lib/server/store/redis.ts',
		find: 'COMMAND_LIMIT_MS = 1000',
		replace: 'COMMAND_LIMIT_MS = 1000_000',
		test: 'tests/unit/server/store/redis.test.ts'
	},
	{
		name: 'a used wallet session is remembered too long',
		file: 'src/lib/server/auth/wallet-cookies.ts',
		find: '(LIFE_SECONDS + 300) * 1000',
		replace: '(LIFE_SECONDS + 300) * 1_000_000',
		test: 'tests/unit/server/store/lifetimes.test.ts'
	},
	{
		name: 'sign-out waits for a silent STS',
		file: 'src/lib/server/auth/session-tokens.ts',
		find: '\t\t\tsignal: AbortSignal.timeout(SIGN_OUT_LIMIT_MS),\n',
		replace: '',
		test: 'tests/unit/server/auth/sign-out.test.ts'
	},
	{
		name: 'a drain never ends',
		file: 'src/entry/listen.ts',
		find: "\t\tlimit = setTimeout(resolve, waitMs + LIMIT_MS, 'limit');\n",
		replace: '',
		test: 'tests/unit/entry/listen.test.ts'
	},
	{
		name: 'a second signal ends a drain',
		file: 'src/entry/listen.ts',
		find: '\tif (draining) return;\n',
		replace: '',
		test: 'tests/unit/entry/listen.test.ts'
	},
	{
		name: 'heads may take any time',
		file: 'src/entry/node/server.ts',
		find: 'headersTimeout: 15_000',
		replace: 'headersTimeout: 0',
		test: 'tests/unit/entry/node/server.test.ts'
	},
	{
		name: 'whole requests have a limit, uploads included',
		file: 'src/entry/node/server.ts',
		find: 'requestTimeout: 0',
		replace: 'requestTimeout: 60_000',
		test: 'tests/unit/entry/node/server.test.ts'
	},
	{
		name: 'an event stream outlives its session',
		file: 'src/lib/server/wallet/events.ts',
		find: ', session?.endsAt]',
		replace: ']',
		test: 'tests/unit/server/wallet/events.test.ts'
	},
	{
		name: 'the log waits for its reader without a bound',
		file: 'src/entry/log-buffer.ts',
		find: 'waiting + line.length > maxWaiting',
		replace: 'waiting < 0',
		test: 'tests/unit/entry/log-buffer.test.ts'
	}
];
