const TEST = 'tests/http/hidden-actions.test.ts';

/**
 * What a page hides, a request can still send.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const serverActions = [
	{
		name: 'unlinking accepts a sign-in of long ago',
		file: 'src/routes/(member)/account/wallets/[id]/unlink/+page.server.ts',
		find: '		if (!isFresh(memberSession(locals))) redirect(303, url.pathname);\n',
		replace: '',
		test: TEST
	},
	{
		name: 'any candidate can be confirmed',
		file: 'src/lib/server/wallet/identity-actions.ts',
		find: "!candidates.some(({ id }) => id === candidateId)) return 'choose_one'",
		replace: "candidateId === null) return 'choose_one'",
		test: TEST
	},
	{
		name: 'a candidate that the Auth Bridge did not list is sent to it',
		file: 'src/lib/server/wallet/identity-actions.ts',
		find: 'candidateId === null || candidates.length === 0',
		replace: 'candidateId === null',
		test: TEST
	},
	{
		name: 'sign-out keeps the completed wallet session',
		file: 'src/routes/(public)/api/auth/signout/+server.ts',
		find: '	await useUpAll(cookies);\n',
		replace: '',
		test: TEST
	},
	{
		name: 'stopping a sign-in keeps the completed wallet session',
		file: 'src/lib/server/wallet/stop.ts',
		find: '	await useUpAll(event.cookies);\n',
		replace: '',
		test: TEST
	},
	{
		name: 'identity verification begins a second time',
		file: 'src/lib/server/wallet/idv.ts',
		find: "	if (owned.idv === 'done') throw new Problem('idv_repeated');\n",
		replace: '',
		test: TEST
	},
	{
		name: 'anybody opens wallet sessions, without a page of ours',
		file: 'src/lib/server/wallet/caller.ts',
		find: "	if (caller === null) throw new Problem('unauthorized');\n	return caller;",
		replace: "	return caller ?? '';",
		test: TEST
	},
	{
		name: 'two tabs replace one code twice',
		file: 'src/lib/server/wallet/renew.ts',
		find: '`renew:${old.id}`',
		replace: 'crypto.randomUUID()',
		test: TEST
	}
];
