import { canStartAgain, type SignInError, signInErrors } from '../../../src/lib/server/auth/sign-in-errors.ts';
import type { Texts } from '../../../src/lib/i18n/index.ts';
import { cancelNotices } from '../../../src/lib/wallet/view.ts';
import { statement } from '../../../src/lib/i18n/statement/index.ts';
import { privacyStatement } from '../../../src/lib/i18n/privacy/index.ts';
import { manyInstitutions } from '../../sandbox/institutions.ts';
import { eachOf, type GalleryState, helpCode } from '../state.ts';

const accessibility = {
	organisation: 'Universiteit Noord',
	date: '2026-11-22',
	signedBy: 'College van Bestuur',
	reports: [{ title: 'WCAG 2.2', url: 'https://uni-noord.example/report', date: '2026-09-01' }],
	findings: [{ what: 'PDF', measure: 'HTML', until: '2027-03-01' }],
	contact: { name: 'Team A11y', email: 'a11y@uni-noord.example', phone: '+31 20 123 45 67', page: null },
	registerUrl: 'https://register.example/1',
	site: 'https://portal.example.org'
};

const many = manyInstitutions.map(({ id, name }) => ({ id, name }));

const login = {
	institutions: [
		{ id: 'west', name: 'Hogeschool West' },
		{ id: 'north', name: 'Universiteit Noord' }
	],
	last: null,
	query: '',
	startUrl: '/login/start?provider=sts&returnTo=%2Faccount',
	returnTo: '/account',
	error: null,
	startAgainUrl: null,
	stopped: null,
	helpCode: null
};
const startAgainUrl = '/login/start?provider=sts&returnTo=%2Faccount&institution=north';

/** The login page with one way to sign in, as it is opened (`choose`) or with an error. */
function onlyWay(code: 'choose' | SignInError, institutions: typeof login.institutions = login.institutions) {
	const error = code === 'choose' ? null : code;
	return {
		page: 'login' as const,
		data: { ...login, institutions, error, helpCode: error && helpCode },
		heading: (t: Texts) => t.login.title,
		...(error !== null && { isError: true as const })
	};
}

function only(way: 'institution' | 'wallet') {
	return { institution: way === 'institution', wallet: way === 'wallet' };
}

/** The pages before a sign-in, and what it can fail with. */
export const entryStates = {
	home: { page: 'home', data: { isSignedOut: false }, heading: (t) => t.home.title },
	'home/signed-in': { page: 'home', data: { isSignedOut: false }, isSignedIn: true, heading: (t) => t.home.title },
	'home/signed-out': { page: 'home', data: { isSignedOut: true }, heading: (t) => t.home.title },
	help: { page: 'help', data: {}, heading: (t) => t.help.title },
	'help/wallets': {
		page: 'help',
		data: {},
		walletHelpPage: 'https://uni-noord.example/wallets',
		heading: (t) => t.help.title
	},
	...eachOf('accessibility', ['A', 'B', 'C', 'D', 'E'], (status) => ({
		page: 'accessibility',
		data: { statement: { ...accessibility, status } },
		heading: (_t, locale) => statement(locale).title
	})),
	privacy: { page: 'privacy', data: {}, heading: (_t, locale) => privacyStatement(locale).title },
	login: { page: 'login', data: login, heading: (t) => t.login.title },
	'login/last-time': {
		page: 'login',
		data: { ...login, last: login.institutions[1] ?? null },
		heading: (t) => t.login.title
	},
	'login/many': { page: 'login', data: { ...login, institutions: many }, heading: (t) => t.login.title },
	'login/found': {
		page: 'login',
		data: { ...login, institutions: many, last: many[0] ?? null, query: 'ile' },
		heading: (t) => t.login.title
	},
	'login/not-found': {
		page: 'login',
		data: { ...login, institutions: many, query: 'Atlantis' },
		heading: (t) => t.login.title
	},
	'login/one-button': { page: 'login', data: { ...login, institutions: [] }, heading: (t) => t.login.title },
	...eachOf('login/only-institution', ['choose', 'access_denied', 'session_too_large', 'rate_limited'], (code) => ({
		...onlyWay(code),
		signInMethods: only('institution')
	})),
	...eachOf('login/only-wallet', ['choose', 'access_denied', 'session_too_large', 'rate_limited'], (code) => ({
		...onlyWay(code, []),
		signInMethods: only('wallet')
	})),
	...eachOf('home/only', ['institution', 'wallet'], (way) => ({
		page: 'home',
		data: { isSignedOut: false },
		signInMethods: only(way),
		heading: (t) => t.home.title
	})),
	...eachOf('help/only', ['institution', 'wallet'], (way) => ({
		page: 'help',
		data: {},
		signInMethods: only(way),
		heading: (t) => t.help.title
	})),
	...eachOf('privacy/only', ['institution', 'wallet'], (way) => ({
		page: 'privacy',
		data: {},
		signInMethods: only(way),
		heading: (_t, locale) => privacyStatement(locale).title
	})),
	...eachOf('login/error', signInErrors, (error) => ({
		page: 'login',
		data: { ...login, error, helpCode, startAgainUrl: canStartAgain(error) ? startAgainUrl : null },
		heading: (t) => t.login.title,
		isError: true
	})),
	...eachOf('login/stopped', cancelNotices, (stopped) => ({
		page: 'login',
		data: { ...login, stopped },
		heading: (t) => t.login.title
	}))
} satisfies Record<string, GalleryState>;
