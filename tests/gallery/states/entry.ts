import { canStartAgain, signInErrors } from '../../../src/lib/server/auth/sign-in-errors.ts';
import { stopNotices } from '../../../src/lib/wallet/view.ts';
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

/** The pages before a sign-in, and what it can fail with. */
export const entryStates = {
	home: { page: 'home', data: {}, heading: (t) => t.home.title },
	'home/signed-in': { page: 'home', data: {}, isSignedIn: true, heading: (t) => t.home.title },
	'home/signed-out': { page: 'home', data: {}, query: '?state=signed_out', heading: (t) => t.home.title },
	help: { page: 'help', data: {}, heading: (t) => t.help.title },
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
	...eachOf('login/error', signInErrors, (error) => ({
		page: 'login',
		data: { ...login, error, helpCode, startAgainUrl: canStartAgain(error) ? startAgainUrl : null },
		heading: (t) => t.login.title,
		isError: true
	})),
	...eachOf('login/stopped', stopNotices, (stopped) => ({
		page: 'login',
		data: { ...login, stopped },
		heading: (t) => t.login.title
	}))
} satisfies Record<string, GalleryState>;
