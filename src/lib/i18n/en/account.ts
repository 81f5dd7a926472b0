/** The pages for people who are signed in. */
export const account = {
	ending: {
		title: 'You will be signed out within 2 minutes.',
		what: 'Sign in again to continue. You then come back to this page.',
		again: 'Sign in again'
	},
	title: 'Your account',
	unlinkedNotice: 'The wallet is unlinked.',
	person: {
		title: 'Who you are',
		name: 'Name',
		email: 'E-mail address',
		eduid: 'eduID',
		institution: 'Institution',
		id: 'User ID'
	},
	session: {
		title: 'How you signed in',
		provider: 'Signed in with',
		providers: { sts: 'your institution', 'sts-wallet': 'your wallet' },
		acr: 'Level of assurance',
		amr: 'Methods used',
		expires: 'Signed in until'
	},
	notGiven: 'not given',
	wallets: {
		title: 'Your linked wallets',
		explain: 'You can sign in with a linked wallet.',
		none: 'No wallet is linked to your account.',
		unknown: 'We can’t show your wallets right now. Try again later.',
		name: (position: number) => `Wallet ${position}`,
		provider: 'Provider',
		institution: 'Institution',
		createdAt: 'Linked on',
		lastUsedAt: 'Last used',
		unlink: (position: number) => `Unlink wallet ${position}`
	},
	handover: {
		title: 'You are being signed out',
		what: 'You are signed out here. You also sign out at the sign-in service. Does nothing happen? Then use this link:',
		link: 'Sign out at the sign-in service'
	},
	signOut: { title: 'Sign out', explain: 'You sign out here and at the sign-in service.', button: 'Sign out' },
	unlink: {
		title: 'Unlink this wallet?',
		what: 'After this you can’t sign in with this wallet. You can link it again later.',
		button: 'Yes, unlink this wallet',
		fresh: 'We want to be sure that it’s you. Sign in again before you unlink a wallet.',
		freshLink: 'Sign in again',
		ignored:
			'We asked the sign-in service to let you sign in again. It did not. That is why we can’t unlink this wallet now.',
		toAccount: 'Back to your account',
		ignoredNext: 'Sign out, sign in and try once more. Does it still not work?',
		cancel: 'No, back to your account'
	}
};
