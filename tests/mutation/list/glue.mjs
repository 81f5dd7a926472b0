/**
 * What joins the parts, and what every page owes everybody.
 * @type {readonly import('../mutation.mjs').Mutation[]}
 */
export const glue = [
	{
		name: 'an error that nobody handled is not logged',
		file: 'src/hooks.server.ts',
		find: 'if (status >= 500) log.error(',
		replace: 'if (status < 0) log.error(',
		test: 'tests/unit/hooks.server.test.ts'
	},
	{
		name: 'tokens are not refreshed below /login/',
		file: 'src/lib/server/handles/refresh.ts',
		find: ", '/(public)/login'];",
		replace: '];',
		test: 'tests/unit/server/handles/refresh.test.ts'
	},
	{
		name: 'a hidden page wakes up',
		file: 'src/lib/wallet/pause.ts',
		find: "if (document.visibilityState === 'visible') done();",
		replace: 'done();',
		test: 'tests/unit/wallet/pause.test.ts'
	},
	{
		name: 'a tab does not check whether another has signed out',
		file: 'src/lib/ui/session-end.ts',
		find: 'for (const ms of CHECK_DELAYS_MS) setTimeout(() => check(), ms);',
		replace: 'check();',
		test: 'tests/unit/ui/session-end.test.ts'
	},
	{
		name: '"New code" has no form to fall back on',
		file: 'src/lib/ui/new-code.svelte',
		find: 'form.submit();',
		replace: '',
		test: 'tests/e2e/page-basics.spec.ts'
	},
	{
		name: 'the focus has no ring',
		file: 'src/lib/ui/css/base.css',
		find: ':focus-visible {\n\toutline: var(--portal-focus-width) solid var(--basis-focus-outline-color);\n\toutline-offset: 2px;',
		replace: ':focus-visible {\n\toutline: none;',
		test: 'tests/e2e/page-basics.spec.ts'
	},
	{
		name: 'a code has no name',
		file: 'src/routes/(public)/login/wallet/scan-screen.svelte',
		find: ' aria-label={t.scan.qrName}',
		replace: '',
		test: 'tests/e2e/page-basics.spec.ts'
	}
];
