import { canStartAgain, type SignInError, signInErrors } from '../../../src/lib/server/auth/sign-in-errors.ts';
import type { Texts } from '../../../src/lib/i18n/index.ts';
import { cancelNotices } from '../../../src/lib/wallet/view.ts';
import { statement } from '../../../src/lib/i18n/statement.ts';
import { privacyStatement } from '../../../src/lib/i18n/privacy.ts';
import { findInstitutions, prepareInstitutions, RESULTS_PER_PAGE } from '../../../src/lib/ui/match-institution.js';
import { firstInstitutions } from '../../sandbox/institutions.ts';
import type { LoginPage } from '../page-data.ts';
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

type Choice = LoginPage['choice'];
type Listed = Choice['shown'][number];

const few: readonly Listed[] = [
	{ id: 'west', name: 'Hogeschool West', also: [] },
	{ id: 'north', name: 'Universiteit Noord', also: [] }
];
const three = [{ id: 'south', name: 'Academie Zuid', also: [] }, ...few];

function listOf(count: number): readonly Listed[] {
	return firstInstitutions(count)
		.map(({ id, name, englishName = name, keywords = [] }) => ({ id, name, also: [englishName, ...keywords] }))
		.sort((a, b) => a.name.localeCompare(b.name, 'nl'));
}
const many = listOf(66);

function all(listed: readonly Listed[]): Choice {
	return { total: listed.length, shown: listed, isLong: false, search: null };
}

/** A list that people have to search, before a search (null) or with its results. */
function long(listed: readonly Listed[], query: string | null = null, page = 1): Choice {
	const total = listed.length;
	if (query === null) return { total, shown: [], isLong: true, search: null };
	const found = query === '' ? listed : findInstitutions(prepareInstitutions(listed), query);
	const pages = Math.max(1, Math.ceil(found.length / RESULTS_PER_PAGE));
	const shown = found.slice((page - 1) * RESULTS_PER_PAGE, page * RESULTS_PER_PAGE);
	return { total, shown, isLong: true, search: { query, count: found.length, page, pages } };
}

const login: LoginPage = {
	choice: all(few),
	last: null,
	startUrl: '/login/start?provider=sts&returnTo=%2Faccount',
	returnTo: '/account',
	error: null,
	startAgainUrl: null,
	stopped: null,
	helpCode: null
};
const startAgainUrl = '/login/start?provider=sts&returnTo=%2Faccount&institution=north';

/** The login page with one way to sign in, as it is opened (`choose`) or with an error. */
function onlyWay(code: 'choose' | SignInError, listed: readonly Listed[] = few) {
	const error = code === 'choose' ? null : code;
	return {
		page: 'login' as const,
		data: { ...login, choice: all(listed), error, helpCode: error && helpCode },
		heading: (t: Texts) => t.login.title,
		...(error !== null && { isError: true as const })
	};
}

function loginWith(changes: Partial<LoginPage>) {
	return { page: 'login' as const, data: { ...login, ...changes }, heading: (t: Texts) => t.login.title };
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
	privacy: { page: 'privacy', data: { hasBrowserList: true }, heading: (_t, locale) => privacyStatement(locale).title },
	login: { page: 'login', data: login, heading: (t) => t.login.title },
	'login/last-time': loginWith({ last: few[1] ?? null }),
	'login/three': loginWith({ choice: all(three) }),
	'login/many': loginWith({ choice: long(many) }),
	'login/many/last-time': loginWith({ choice: long(many), last: many[0] ?? null }),
	'login/found': loginWith({ choice: long(many, 'ile'), last: many[0] ?? null }),
	'login/found/one': loginWith({ choice: long(many, 'rup') }),
	'login/not-found': loginWith({ choice: long(many, 'Atlantis') }),
	'login/300': loginWith({ choice: long(listOf(300)) }),
	'login/300/all': loginWith({ choice: long(listOf(300), '') }),
	'login/3000': loginWith({ choice: long(listOf(3000)) }),
	'login/3000/found': loginWith({ choice: long(listOf(3000), 'zee') }),
	'login/3000/page': loginWith({ choice: long(listOf(3000), 'zee', 2) }),
	'login/one-button': loginWith({ choice: all([]) }),
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
		data: { hasBrowserList: false },
		signInMethods: only(way),
		heading: (_t, locale) => privacyStatement(locale).title
	})),
	...eachOf('login/error', signInErrors, (error) => ({
		page: 'login',
		data: { ...login, error, helpCode, startAgainUrl: canStartAgain(error) ? startAgainUrl : null },
		heading: (t) => t.login.title,
		...(error !== 'session_expired' && error !== 'session_ended' && { isError: true as const })
	})),
	...eachOf('login/stopped', cancelNotices, (stopped) => ({
		page: 'login',
		data: { ...login, stopped },
		heading: (t) => t.login.title
	}))
} satisfies Record<string, GalleryState>;
