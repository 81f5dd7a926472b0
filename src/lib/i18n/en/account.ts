/** The pages for people who are signed in. */
export const account = {
	ending: {
		title: 'You will be signed out within 2 minutes.',
		what: 'Sign in again to continue. You then come back to this page.',
		again: 'Sign in again',
		idle: 'You have not done anything here for some time. Do you want to continue?',
		stay: 'Stay signed in',
		over: 'You are signed out.',
		unreachable: 'There is no connection right now. We keep trying.'
	},
	title: 'Your account',
	unlinkedNotice: 'The wallet is unlinked.',
	person: {
		title: 'Who you are',
		name: 'Name',
		email: 'E-mail address',
		institution: 'Institution'
	},
	session: {
		title: 'How you signed in',
		provider: 'Signed in with',
		providers: { sts: 'your institution', 'sts-wallet': 'your wallet' },
		level: 'Check at sign-in',
		levels: {
			'one-check': 'without an extra step',
			'extra-check': 'with an extra step',
			'strong-check': 'with an extra step and extra protection',
			low: 'at level low',
			substantial: 'at level substantial',
			high: 'at level high',
			institution: 'your institution knows you',
			names: 'your name was checked',
			student: 'your institution knows you as a student'
		},
		means: 'You used',
		meansOf: {
			wallet: 'your wallet',
			pwd: 'a password',
			otp: 'a one-time code',
			sms: 'a code in a text message',
			tel: 'a phone call',
			pin: 'a PIN',
			hwk: 'a protected key on your device',
			swk: 'a key in an app',
			pop: 'a digital key',
			sc: 'a card with a chip',
			face: 'your face',
			fpt: 'your fingerprint',
			iris: 'a scan of your eye',
			retina: 'a scan of your eye',
			vbm: 'your voice',
			kba: 'a security question',
			geo: 'your location',
			user: 'a confirmation on your device',
			wia: 'your Windows account',
			rba: 'a check for risks',
			mca: 'a confirmation in another way',
			mfa: 'an extra step'
		},
		expires: 'Signed in until',
		idle: 'Without activity, you are signed out after',
		minutes: (count: number) => `${count} minutes`
	},
	dutchTime: (moment: string) => `${moment} (Dutch time)`,
	technical: {
		title: 'Technical details for the help desk',
		explain: 'You only need these if the help desk asks for them.',
		userId: 'User ID',
		eduid: 'eduID',
		institution: 'Institution',
		acr: 'Level of assurance (acr)',
		amr: 'Methods used (amr)',
		walletId: 'Wallet ID',
		walletProvider: 'Provider ID',
		walletInstitution: 'Institution ID'
	},
	wallets: {
		title: 'Your linked wallets',
		explain: 'You can sign in with a linked wallet.',
		none: 'No wallet is linked to your account.',
		unknown: 'We can’t show your wallets right now. Try again later.',
		linkedNotice: 'Your wallet is linked. Next time, your wallet is all you need to sign in.',
		name: (position: number) => `Wallet ${position}`,
		provider: 'Provider',
		institution: 'Institution',
		createdAt: 'Linked on',
		lastUsedAt: 'Last used',
		unlink: (position: number) => `Unlink wallet ${position}`
	},
	redirect: {
		title: 'You are being signed out',
		what: 'You are signed out here. Now you are also being signed out at the sign-in service. Does nothing happen? Then use this link:',
		link: 'Sign out at the sign-in service'
	},
	sessions: {
		title: 'Where you are signed in',
		what: 'See in which browsers you are signed in. You can sign out there too.',
		link: 'See where you are signed in',
		explain: 'You are signed in with these browsers. Is there one that is not yours? Then sign out there.',
		onlyThis: 'Here you only see the browser that you are using now.',
		unknown: 'We can’t show your other browsers right now. Try again later.',
		noOthers: 'You are not signed in anywhere else.',
		current: 'You are using this browser now.',
		name: (browser: string | null, system: string | null) =>
			browser && system
				? `${browser} on ${system}`
				: (browser ?? (system ? `Unknown browser on ${system}` : 'Unknown browser')),
		startedAt: 'Signed in on',
		activeAt: 'Last used',
		endOne: (name: string) => `Sign out in ${name}`,
		endOthers: 'Sign out everywhere else',
		endAll: 'Sign out everywhere',
		toAccount: 'Back to your account',
		notices: {
			one: 'You are now signed out in that browser.',
			others: 'You are now signed out everywhere else.'
		},
		confirm: {
			one: {
				title: (name: string) => `Sign out in ${name}?`,
				what: 'Anyone who uses that browser must then sign in again.',
				button: 'Yes, sign out there'
			},
			others: {
				title: 'Sign out everywhere else?',
				what: 'You stay signed in here. In all your other browsers you must sign in again.',
				button: 'Yes, sign out everywhere else'
			},
			all: {
				title: 'Sign out everywhere?',
				what: 'You are then signed out in all your browsers, and also here.',
				button: 'Yes, sign out everywhere'
			},
			newer: 'We want to be sure that it’s you. First sign in again.',
			stronger: 'For this you have to sign in with an extra step, such as a code on your phone. First sign in again.',
			cancel: 'No, back to the list'
		}
	},
	unlink: {
		title: (position: number) => `Unlink wallet ${position}?`,
		what: 'After this you can’t sign in with this wallet. You can link it again later.',
		button: 'Yes, unlink this wallet',
		newer: 'We want to be sure that it’s you. Sign in again before you unlink a wallet.',
		stronger:
			'For this you have to sign in with an extra step, such as a code on your phone. Sign in again before you unlink a wallet.',
		signInAgain: 'Sign in again',
		cancel: 'No, back to your account'
	},
	/** The page before and after a sign-in that a protected part needs. */
	stepUp: {
		stronger: {
			title: 'Sign in with an extra step',
			what: 'This part has extra protection. We want to be sure that it’s you.',
			next: 'Sign in again. The extra step is, for example, a code on your phone.',
			button: 'Sign in again'
		},
		newer: {
			title: 'Sign in again',
			what: 'This part has extra protection. We want to be sure that it’s you.',
			next: 'You signed in a while ago. That is why you have to sign in again.',
			button: 'Sign in again'
		},
		done: {
			title: 'Signing in again worked',
			what: 'We know for sure now that it’s you.',
			next: 'You can open this part now.',
			button: 'Continue'
		},
		refused: {
			title: 'Signing in again did not work',
			what: 'The sign-in service did not confirm that it’s you. That is why you can’t open this part now. You are still signed in.',
			next: 'Did you stop, or did you not have your phone with you? Then try again.',
			button: 'Try again'
		},
		other: {
			title: 'Somebody else is signed in now',
			what: 'Another person was signed in with this browser. We have done nothing for that person.',
			next: 'Check whether this is you.',
			button: 'Continue'
		},
		signedInAs: (name: string) => `You are signed in as ${name}.`,
		wallet: 'Sign in with your wallet',
		toAccount: 'Back to your account'
	}
};
