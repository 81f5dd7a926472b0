/**
 * The end of sessions, stronger sign-ins, and what operators see of both.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const sessions = [
	{
		name: 'a session never becomes idle',
		file: 'src/lib/server/handles/session.ts',
		find: 'now >= activeAt + idle',
		replace: 'now < 0 * (activeAt + idle)',
		test: 'tests/unit/server/handles/session.idle-timeout.test.ts'
	},
	{
		name: 'a sign-in that began before everything was ended ends in a session',
		file: 'src/lib/server/auth/sign-in-result.ts',
		find: 'if (await isRevokedSince(',
		replace: 'if (false && await isRevokedSince(',
		test: 'tests/http/session-list.test.ts'
	},
	{
		name: '"others" spares no session',
		file: 'src/lib/server/store/kinds.ts',
		find: 'exempt?.id === id ? exempt.endedUntilMs : untilMs',
		replace: 'untilMs',
		test: 'tests/unit/server/auth/revoked-sessions.except.test.ts'
	},
	{
		name: 'any program may end the sessions of everybody',
		file: 'src/routes/(member)/api/admin/sessions/revoke/+server.ts',
		find: 'apiClient.isService && config().adminClientIds.includes(apiClient.clientId)',
		replace: 'apiClient.isService',
		test: 'tests/http/admin.test.ts'
	},
	{
		name: 'one network may fill the audit log',
		file: 'src/lib/server/log.ts',
		find: 'own > perNetwork) return',
		replace: 'own > Infinity) return',
		test: 'tests/unit/server/audit.test.ts'
	},
	{
		name: 'an older sign-in suffices where a newer one is required',
		file: 'src/lib/server/auth/step-up.ts',
		find: "? null : 'newer'",
		replace: '? null : null',
		test: 'tests/unit/server/auth/step-up.test.ts'
	},
	{
		name: 'a backend gets the exchanged token of another one',
		file: 'src/lib/server/sts/token-exchange.ts',
		find: 'sha256(subjectToken) + optionsKey(options)',
		replace: 'sha256(subjectToken)',
		test: 'tests/http/token-exchange.test.ts'
	}
];
