/**
 * Who may do what: origins, cookies, tokens, redirects, ownership.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const security = [
	{
		name: 'origin policy: a foreign Origin header is accepted',
		file: 'src/lib/server/http/origin-policy.ts',
		find: "if (origin !== null && origin !== rules.own) return 'forbidden';",
		replace: '',
		test: 'tests/unit/http/origin-policy.test.ts'
	},
	{
		name: 'origin policy: programs with a cookie count as programs',
		file: 'src/lib/server/http/origin-policy.ts',
		find: ' && !facts.hasCookie',
		replace: '',
		test: 'tests/unit/http/origin-policy.test.ts'
	}
];
