import { eachOf, type GalleryState } from '../state.ts';

const expires = '2026-11-24T09:30:00.000Z';
/** Less than two minutes before its end a session is said to end. */
const far = 86_400_000;
const near = 90_000;
const ways = {
	sessionEnd: { remainingMs: far, isIdle: false },
	stayUrl: '/account',
	signInUrl: '/login/start?provider=sts&returnTo=%2Faccount',
	endedUrls: { session_expired: '/login', session_ended: '/login' }
};
const wallet = {
	id: 'wallet-1',
	provider: 'eduID wallet',
	institution: 'Universiteit Noord',
	providerId: 'eduid-wallet',
	institutionId: 'universiteit-noord',
	createdAt: '2026-09-01T10:00:00.000Z',
	lastUsedAt: null
};
const stepUpUrl = '/login/start?provider=sts&stepUp=account&returnTo=%2Faccount';
const account = {
	...ways,
	view: {
		user: {
			id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90',
			name: 'Sanne de Vries',
			email: 'sanne.de.vries@universiteit-noord.example',
			eduid: null,
			institution: 'universiteit-noord.example'
		},
		provider: 'sts-wallet' as const,
		assurance: { acr: 'https://refeds.org/profile/mfa', amr: ['wallet', 'hwk'] },
		expires,
		expiresInMs: far,
		idleExpiresInMs: null
	},
	wallets: [
		wallet,
		{ ...wallet, id: 'wallet-2', provider: null, providerId: null, lastUsedAt: '2026-11-02T13:05:00.000Z' }
	],
	institutionName: 'Universiteit Noord',
	idleMinutes: 0,
	notice: null
};
/** What some services send: ids and domains only, and no level that has words. */
const plain = {
	...account,
	view: {
		...account.view,
		user: { ...account.view.user, name: null, email: null, eduid: '4a7d1ed414474e4033ac29cc' },
		assurance: { acr: 'urn:example:loa:7', amr: [] }
	},
	institutionName: null,
	wallets: [{ ...wallet, provider: null, institution: null, createdAt: null }]
};

const here = {
	id: 'session-1',
	provider: 'sts' as const,
	browser: 'Firefox' as const,
	system: 'Windows' as const,
	startedAt: '2026-11-23T09:30:00.000Z',
	activeAt: '2026-11-23T14:05:00.000Z',
	isCurrent: true,
	position: null
};
const elsewhere = {
	...here,
	id: 'session-2',
	provider: 'sts-wallet' as const,
	browser: 'Samsung Internet' as const,
	system: 'Android' as const,
	startedAt: '2026-11-23T08:02:00.000Z',
	activeAt: '2026-11-23T12:40:00.000Z',
	isCurrent: false
};
const another = { ...here, id: 'session-3', isCurrent: false, position: 1 };
const unknown = { ...elsewhere, id: 'session-4', browser: null, system: null };

/** The pages of somebody who is signed in, and of who was. */
export const accountStates = {
	account: page(account),
	'account/without-names': page(plain),
	'account/unlinked': page({ ...account, wallets: [], notice: 'unlinked' }),
	'account/wallets-unknown': page({ ...account, wallets: null }),
	'account/linked': { ...page(account), hasLinked: true },
	'account/ending': page({ ...account, sessionEnd: { remainingMs: near, isIdle: false } }),
	'account/idle': page({ ...account, sessionEnd: { remainingMs: near, isIdle: true }, idleMinutes: 30 }),
	unlink: {
		page: 'unlink',
		data: { ...ways, wallet, position: 2, lacking: null, stepUpUrl },
		isSignedIn: true,
		heading: (t) => t.account.unlink.title(2)
	},
	'unlink/sign-in-again': {
		page: 'unlink',
		data: { ...ways, wallet, position: 2, lacking: 'newer', stepUpUrl },
		isSignedIn: true,
		heading: (t) => t.account.unlink.title(2)
	},
	'unlink/sign-in-stronger': {
		page: 'unlink',
		data: { ...ways, wallet, position: 2, lacking: 'stronger', stepUpUrl },
		isSignedIn: true,
		heading: (t) => t.account.unlink.title(2)
	},
	...eachOf('step-up', ['stronger', 'newer', 'done', 'refused', 'other'], stepUp),
	'step-up/wallet': { ...stepUp('newer'), data: { ...stepUp('newer').data, walletUrl: '/login/wallet' } },
	sessions: sessions('all', [{ ...here, position: 2 }, elsewhere, another, unknown]),
	'sessions/only-one': sessions('all', [here]),
	'sessions/unreadable': sessions('unreadable', [here]),
	'sessions/this': sessions('this', [here]),
	'sessions/after-one': sessions('all', [here, elsewhere], 'one'),
	'sessions/after-others': sessions('all', [here], 'others'),
	'sessions/end-one': ending(another, null),
	'sessions/end-others': ending('others', null),
	'sessions/end-all': ending('all', null),
	'sessions/sign-in-again': ending('others', 'newer'),
	'sessions/sign-in-stronger': ending('all', 'stronger'),
	'signed-out': { page: 'signed-out', data: { continueUrl: null }, heading: (t) => t.login.signedOut },
	'signed-out/redirect': {
		page: 'signed-out',
		data: { continueUrl: 'https://sts.example/session/end' },
		heading: (t) => t.account.redirect.title
	}
} satisfies Record<string, GalleryState>;

function stepUp(key: 'stronger' | 'newer' | 'done' | 'refused' | 'other') {
	const isOutcome = key === 'done' || key === 'refused' || key === 'other';
	return {
		page: 'step-up',
		data: {
			...ways,
			outcome: isOutcome ? key : null,
			lacking: isOutcome ? null : key,
			tryUrl: stepUpUrl,
			walletUrl: null
		},
		isSignedIn: true,
		...(key === 'refused' && { isError: true }),
		heading: (t) => t.account.stepUp[key].title
	} satisfies GalleryState;
}

function page(data: Extract<GalleryState, { page: 'account' }>['data']): GalleryState {
	return { page: 'account', data, isSignedIn: true, heading: (t) => t.account.title };
}

type SessionsData = Extract<GalleryState, { page: 'sessions' }>['data'];
type EndData = Extract<GalleryState, { page: 'end-sessions' }>['data'];

function sessions(
	scope: SessionsData['scope'],
	listed: SessionsData['sessions'],
	notice: SessionsData['notice'] = null
): GalleryState {
	const data = { ...ways, scope, sessions: listed, notice };
	return { page: 'sessions', data, isSignedIn: true, heading: (t) => t.account.sessions.title };
}

function ending(target: EndData['target'], lacking: EndData['lacking']): GalleryState {
	const data = { ...ways, target, lacking, stepUpUrl };
	const heading: GalleryState['heading'] = ({ account: { sessions } }) =>
		typeof target === 'string'
			? sessions.confirm[target].title
			: sessions.confirm.one.title(`${sessions.name('Firefox', 'Windows')} (1)`);
	return { page: 'end-sessions', data, isSignedIn: true, heading };
}
