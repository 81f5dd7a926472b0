/**
 * What a page hides, a request can still send.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const serverActions = [
	{
		name: 'unlinking accepts a sign-in of long ago',
		file: 'src/routes/(member)/account/wallets/[id]/unlink/+page.server.ts',
		find: '\t\tif (lackingForAccountActs(memberSession(locals)) !== null) redirect(303, url.pathname);\n',
		replace: '',
		test: 'tests/http/hidden-actions.test.ts'
	},
	{
		name: 'any candidate can be confirmed',
		file: 'src/lib/server/wallet/identity.ts',
		find: "!candidates.some(({ id }) => id === candidateId)) return 'choose_one'",
		replace: "candidateId === null) return 'choose_one'",
		test: 'tests/http/hidden-actions.test.ts'
	},
	{
		name: 'sign-out keeps the completed wallet session',
		file: 'src/lib/server/auth/sign-out.ts',
		find: '\tawait markAllUsed(cookies);\n',
		replace: '',
		test: 'tests/http/hidden-actions.test.ts'
	}
];
