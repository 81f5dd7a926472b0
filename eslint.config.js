import { defineConfig } from 'eslint/config';
import esX from 'eslint-plugin-es-x';
import regexp from 'eslint-plugin-regexp';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const restricted = {
	env: { group: ['$env/*'], message: 'The environment is read in src/lib/server/config/index.ts alone.' },
	routes: { group: ['**/routes/**'], message: 'Nothing outside routes may depend on a route.' },
	server: {
		group: ['$lib/server/**', '**/server/**'],
		message: 'Only routes, hooks, the entry and lib/server itself may use lib/server.'
	},
	process: {
		group: ['**/entry/**', '**/doctor/**'],
		message: 'The application does not know the process around it. Pass it in (src/lib/server/runtime.ts).'
	},
	components: {
		group: ['$lib/ui/**', '**/ui/**'],
		message: 'lib/ui is higher: i18n → wallet → ui → routes, where each may use those before it.'
	},
	flow: {
		group: ['$lib/wallet/**', '**/wallet/**'],
		message: 'lib/wallet is higher: i18n → wallet → ui → routes, where each may use those before it.'
	}
};

/**
 * The direction of imports for some files. One entry per group of files: a later one replaces an earlier one.
 * @param {string[]} files
 * @param {(keyof typeof restricted)[]} names
 * @returns {import('eslint').Linter.Config}
 */
const direction = (files, ...names) => ({
	files,
	rules: { 'no-restricted-imports': ['error', { patterns: names.map((name) => restricted[name]) }] }
});

/**
 * The folders and files of lib/server, lowest first: each may import those before it (docs/architecture.md). `config` comes
 * early because most layers read it, and `readiness.ts` after `sts` because it asks the STS.
 */
export const layers = [
	...[
		'version.ts',
		'runtime.ts',
		'clock.ts',
		'cache.ts',
		'seal.ts',
		'audit-events.ts',
		'error-fields.ts',
		'log.ts',
		'metrics.ts'
	],
	...['config', 'audit.ts', 'brand.ts', 'store', 'http', 'upstream', 'sts', 'readiness.ts'],
	...['bridge', 'auth', 'api', 'wallet', 'backends', 'handles']
];

/**
 * What each layer may not import: the layers above it. Only one file of the configuration reads the environment.
 * @returns {import('eslint').Linter.Config[]}
 */
const upward = () =>
	layers.flatMap((layer, index) => {
		const above = layers.slice(index + 1);
		if (layer.endsWith('.ts')) return notAbove([`src/lib/server/${layer}`], '\\.', above);
		const files = layer === 'config' ? ['src/lib/server/config/!(index).ts'] : [`src/lib/server/${layer}/**`];
		return [
			notAbove(files, '(?:\\.\\./)*\\.\\.', above),
			...(layer === 'config' ? [notAbove(['src/lib/server/config/index.ts'], '\\.\\.', above, { readsEnv: true })] : [])
		];
	});

/** Without a place in the order, no import of these files would be checked. */
const notPlaced = {
	selector: 'Program',
	message:
		'Add this folder or file to `layers` in eslint.config.js, above all that it imports, and to the table "lib/server" in docs/architecture.md.'
};

const upwardImport =
	'The imported layer is above the layer of this file. Move the shared code to a lower layer, or pass it in as an argument (order: docs/architecture.md, "lib/server").';

/**
 * @param {string[]} files
 * @param {string} root how these files spell lib/server in an import, as a regular expression
 * @param {string[]} names
 * @param {{ message?: string, readsEnv?: boolean, isProcess?: boolean }} [options]
 * @returns {import('eslint').Linter.Config}
 */
function notAbove(files, root, names, { message = upwardImport, readsEnv = false, isProcess = false } = {}) {
	const regex = `^(?:${root}|\\$lib/server)/(?:${names.join('|').replaceAll('.ts', '') || '(?!)'})(?:\\.ts)?(?:/|$)`;
	const patterns = [
		...(readsEnv ? [] : [restricted.env]),
		...(isProcess ? [] : [restricted.process]),
		restricted.routes,
		{ regex, message }
	];
	const dynamic = { selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\/')}/]`, message };
	return {
		files,
		rules: {
			'no-restricted-imports': ['error', { patterns }],
			'no-restricted-syntax': ['error', ...readsClock, dynamic]
		}
	};
}

const wallClock = 'Durations use performance.now(); the time of day is read in src/lib/server/clock.ts alone.';
const readsWallClock = { object: 'Date', property: 'now', message: wallClock };
const readsClock = [
	{ selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: wallClock },
	{ selector: "MemberExpression[object.name='performance'][property.name='timeOrigin']", message: wallClock }
];

/** What runs in browsers: the oldest ones are Safari 16.4, Firefox 115 and Chrome 109 (docs/browsers.md). */
const browserCode = {
	files: ['src/**/*.svelte', 'src/lib/**', 'src/routes/**/+{page,layout}.ts', 'src/hooks.client.ts', 'static/**/*.js'],
	ignores: ['src/lib/server/**']
};
const tooNew = 'Newer than the oldest browsers that the portal supports (docs/browsers.md).';
/** Members that not all of these browsers have; no plugin knows them all. */
const newProperties = {
	AbortSignal: ['any'],
	Array: ['fromAsync'],
	Error: ['isError'],
	Math: ['sumPrecise'],
	URL: ['canParse', 'parse'],
	Response: ['json'],
	ReadableStream: ['from'],
	Intl: ['Segmenter', 'DurationFormat'],
	navigator: ['userAgentData', 'userActivation'],
	document: ['startViewTransition', 'caretPositionFromPoint', 'parseHTMLUnsafe']
};
const newMethods = [
	'ariaNotify',
	'checkVisibility',
	'getHTML',
	'getSetCookie',
	'hidePopover',
	'moveBefore',
	'requestClose',
	'setHTML',
	'setHTMLUnsafe',
	'showPopover',
	'togglePopover'
];
const newGlobals = [
	'ClipboardItem',
	'CloseWatcher',
	'CookieStore',
	'Highlight',
	'Navigation',
	'PressureObserver',
	'Sanitizer',
	'Scheduler',
	'TaskController',
	'URLPattern',
	'cookieStore',
	'documentPictureInPicture',
	'navigation',
	'requestIdleCallback',
	'scheduler',
	'trustedTypes'
];

export default defineConfig(
	{ ignores: ['build/', '.svelte-kit/', 'node_modules/', 'test-results/', 'playwright-report/', 'coverage/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	ts.configs.strictTypeChecked,
	ts.configs.stylisticTypeChecked,
	svelte.configs.recommended,
	{
		languageOptions: {
			parserOptions: {
				projectService: true,
				extraFileExtensions: ['.svelte'],
				svelteConfig
			}
		},
		rules: {
			// The compiler sees these, and knows the platform's globals.
			'no-undef': 'off',
			'@typescript-eslint/no-unused-vars': 'off',
			'@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
			'@typescript-eslint/no-import-type-side-effects': 'off',
			'@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
			'@typescript-eslint/no-confusing-void-expression': [
				'error',
				{ ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }
			],
			'@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
			// SvelteKit's error() and redirect() are thrown, and are no errors.
			'@typescript-eslint/only-throw-error': 'off',
			'@typescript-eslint/consistent-type-definitions': 'off',
			// An empty string often stands for nothing.
			'@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
			'@typescript-eslint/no-dynamic-delete': 'off',
			'@typescript-eslint/no-empty-function': 'off',
			'@typescript-eslint/no-misused-spread': 'off',
			// There are no enums here, and the rule is slow.
			'@typescript-eslint/no-unsafe-enum-assignment': 'off',
			eqeqeq: ['error', 'always'],
			'no-console': 'error',
			'no-control-regex': 'error',
			'no-debugger': 'error',
			'no-useless-escape': 'error',
			'no-unsafe-finally': 'error',
			'no-unreachable-loop': 'error'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser } },
		// Links are written out: the portal has no base path.
		rules: { 'svelte/no-navigation-without-resolve': 'off' }
	},
	{
		files: ['src/**', 'tests/**'],
		rules: { 'max-lines': ['error', 250] }
	},
	{
		// Other people send most texts that the portal matches: the time must not grow with the square of a text's length.
		files: ['src/**', 'static/**'],
		plugins: { regexp },
		rules: {
			'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
			'regexp/no-super-linear-move': ['error', { report: 'potential' }]
		}
	},
	direction(['src/**'], 'env'),
	direction(['src/entry/**', 'src/doctor/**'], 'env', 'routes'),
	{
		files: ['src/**'],
		rules: { 'no-restricted-properties': ['error', readsWallClock], 'no-restricted-syntax': ['error', ...readsClock] }
	},
	{
		files: ['src/lib/server/**'],
		ignores: layers.map((layer) => `src/lib/server/${layer}${layer.endsWith('.ts') ? '' : '/**'}`),
		rules: { 'no-restricted-syntax': ['error', ...readsClock, notPlaced] }
	},
	...upward(),
	notAbove(
		['src/entry/**'],
		'(?:\\.\\./)+lib/server',
		['store', 'bridge', 'auth', 'api', 'wallet', 'backends', 'handles'],
		{
			message: 'The entry runs before SvelteKit, from a bundle of its own, and may not import this folder.',
			isProcess: true
		}
	),
	{
		...direction(['src/lib/**'], 'env', 'routes', 'server'),
		ignores: ['src/lib/server/**']
	},
	direction(['src/lib/wallet/**'], 'env', 'routes', 'server', 'components'),
	direction(['src/lib/i18n/**'], 'env', 'routes', 'server', 'components', 'flow'),
	{
		files: ['src/lib/server/clock.ts'],
		rules: { 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' }
	},
	{
		files: ['src/lib/server/**', 'src/routes/**'],
		ignores: ['src/lib/server/clock.ts'],
		rules: {
			'no-restricted-properties': [
				'error',
				readsWallClock,
				{ object: 'process', property: 'env', message: 'Configuration comes from src/lib/server/config.' }
			]
		}
	},
	{ ...esX.configs['flat/restrict-to-es2022'], ...browserCode },
	{
		...browserCode,
		rules: {
			'no-restricted-globals': ['error', ...newGlobals.map((name) => ({ name, message: tooNew }))],
			'no-restricted-properties': [
				'error',
				readsWallClock,
				...Object.entries(newProperties).flatMap(([object, properties]) =>
					properties.map((property) => ({ object, property, message: tooNew }))
				),
				...newMethods.map((property) => ({ property, message: tooNew }))
			]
		}
	},
	{
		// Before there is a log, and for the people at a terminal.
		files: ['src/entry/**', 'src/doctor/**', 'tests/**'],
		rules: { 'no-console': 'off' }
	},
	{
		// Vitest's matchers inside an expected value are of type `any`, and stand-ins are async without waiting.
		files: ['tests/**/*.ts'],
		rules: {
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/require-await': 'off'
		}
	},
	{
		files: ['tests/**/*.ts'],
		ignores: ['tests/harness/property.ts'],
		rules: {
			'no-restricted-properties': [
				'error',
				{ object: 'fc', property: 'assert', message: 'assertProperty runs by FAST_CHECK_SEED.' }
			]
		}
	},
	{
		files: ['**/*.js', '**/*.mjs'],
		...ts.configs.disableTypeChecked,
		rules: { ...ts.configs.disableTypeChecked.rules, '@typescript-eslint/no-unused-vars': 'error' }
	},
	{
		// Programs of third parties: a test checks their types, beside the client that it generates.
		files: ['docs/**/*.ts'],
		...ts.configs.disableTypeChecked,
		rules: { ...ts.configs.disableTypeChecked.rules, 'no-console': 'off' }
	}
);
