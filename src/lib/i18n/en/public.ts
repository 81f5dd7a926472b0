/** The front page, and the page after signing out. */
export const home = {
	title: 'Sign in to your school or university',
	intro: 'With this portal you sign in to the services of your school or university.',
	ways: 'There are two ways, and both are equally good:',
	withInstitution: 'with the account of your institution;',
	withWallet: 'with a wallet: an app on your phone that holds your digital cards.',
	onlyInstitution: 'You sign in with the account of your institution.',
	onlyWallet: 'You sign in with a wallet: an app on your phone that holds your digital cards.',
	signedInAs: (name: string) => `You are signed in as ${name}.`,
	signedIn: 'You are signed in.',
	toAccount: 'Go to your account',
	signedOut: 'You are signed out.',
	signedOutNext: 'Do you share this device? Then close your browser as well.'
};

/** The page on which people choose how to sign in. */
export const login = {
	title: 'Sign in',
	intro: 'Choose how you want to sign in.',
	problem: 'Signing in did not work',
	signedOut: 'You are signed out',
	startAgain: 'Start again',
	otherWay: 'Or choose the other way to sign in.',
	institution: {
		title: 'With your institution',
		explain: 'You go to the sign-in page of your school or university. When you are done, you come back.',
		choose: 'Choose your institution:',
		button: 'Sign in with your institution',
		last: 'Last time you chose:',
		other: 'Or choose another institution:',
		search: {
			label: 'Search for your institution',
			other: 'Or search for another institution',
			button: 'Search',
			list: 'Institutions',
			all: (count: string) => `All ${count} institutions`,
			/** `shown`: the count as people write it. */
			found: (count: number, shown: string) =>
				count === 0 ? 'No institution found' : count === 1 ? '1 institution found' : `${shown} institutions found`,
			tryAgain: 'Type a part of the name, or an abbreviation.',
			part: (from: string, to: string) => `You see numbers ${from} to ${to}.`,
			narrow: 'Type a longer part of the name. Then you see fewer.',
			page: (page: string) => `page ${page}`,
			pages: 'More institutions',
			previous: 'Previous institutions',
			next: 'Next institutions',
			cleared: 'The search field is empty.',
			failed: 'Searching while you type does not work now. Type the name and choose “Search”.'
		}
	},
	wallet: {
		title: 'With your wallet',
		explain: 'A wallet is an app on your phone that holds your digital cards. You choose what you share.',
		button: 'Sign in with your wallet'
	},
	stopped: {
		title: 'You stopped signing in',
		nothing_shared: 'Nothing was shared.',
		still_open: 'Nothing was shared so far. Is the request still open in your wallet? Then close it there.',
		nothing_linked: 'Nothing was linked. We kept nothing of what you shared.',
		nothing_kept:
			'You are not signed in. Were you linking your wallet? Then it may be linked already. You can see that at “Your account” when you sign in.'
	},
	errors: {
		access_denied: {
			what: 'You stopped signing in, or you are not allowed to sign in here.',
			next: 'Try again.'
		},
		sign_in_failed: {
			what: 'Something went wrong while signing in.',
			next: 'Try again.'
		},
		sign_in_interrupted: {
			what: 'We can’t finish this sign-in. Perhaps you were signed in already, or you started in another browser.',
			next: 'Start again.'
		},
		sign_in_expired: {
			what: 'Signing in took too long. You have fifteen minutes.',
			next: 'Start again. You then go to the page that you wanted to open.'
		},
		sign_in_replaced: {
			what: 'Later, you started again in other tabs. That is why you can’t continue in this tab.',
			next: 'Continue in one of those tabs, or start again here.'
		},
		sign_in_updated: {
			what: 'This site was updated while you were signing in.',
			next: 'Start again. You then go to the page that you wanted to open.'
		},
		cookies_required: {
			what: 'Your browser did not keep our cookies. Without them you can’t sign in.',
			next: 'Allow cookies for this site and try again.'
		},
		transaction_expired: {
			what: 'Signing in took too long, or your browser did not keep our cookies.',
			next: 'Start again. Does it happen again? Then allow cookies for this site.'
		},
		session_expired: {
			what: 'That happens by itself after some time.',
			next: 'Sign in again.'
		},
		session_ended: {
			what: 'You signed out in another tab or on another device, or your institution signed you out.',
			next: 'Sign in again. Did you not sign out yourself? Then ask the help desk of your institution.'
		},
		session_too_large: {
			what: 'We received more data than we can handle. That is why we can’t sign you in.',
			next: 'Ask the help desk of your institution.'
		},
		sts_unavailable: {
			what: 'The sign-in service can’t be reached right now. It is not your fault.',
			next: 'Wait a few minutes and try again.'
		},
		portal_misconfigured: {
			what: 'This site is not set up correctly. That is why you can’t sign in now.',
			next: 'Waiting or trying again does not help. Tell the help desk.'
		},
		interaction_required: {
			what: 'You still have to do something before you can sign in, for example agree to something.',
			next: 'Start again and follow the steps on the screen.'
		},
		step_up_refused: {
			what: 'The sign-in service could not check well enough that it’s you.',
			next: 'Try again. Does it go wrong again? Then ask the help desk of your institution.'
		},
		wallet_session_foreign: {
			what: 'This sign-in was started in another browser.',
			next: 'Continue in that browser, or start again here.'
		},
		wallet_session_not_found: {
			what: 'Signing in with your wallet has stopped. You are not signed in.',
			next: 'Start again.'
		},
		wallet_not_confirmed: {
			what: 'Your wallet has not confirmed the sign-in yet.',
			next: 'Start again and share your details in the wallet.'
		},
		rate_limited: {
			what: 'There were too many attempts in a short time.',
			next: 'Wait a minute and try again.'
		},
		institution_unknown: {
			what: 'We don’t know the institution that was chosen.',
			next: 'Search for or choose your institution below.'
		}
	}
};

/** The help page. */
export const help = {
	title: 'Help',
	intro: 'Short answers to what people ask most.',
	questions: [
		{
			question: 'What is a wallet?',
			answer:
				'A wallet is an app on your phone that holds your digital cards, such as your student card. You choose each time what you share.'
		},
		{
			question: 'What is a QR code, and how do I scan it?',
			answer:
				'A QR code is a square with black and white blocks. You scan it with your wallet app: point the camera of your phone at the code. Is your wallet on the device that you use now? Then choose “Open wallet on this device”.'
		},
		{
			question: 'I have no wallet. Can I sign in?',
			answer: 'Yes. You can also sign in with your institution.'
		},
		{
			question: 'Why do I have to confirm who I am?',
			answer:
				'When you use a wallet for the first time, we don’t yet know that it is yours. You sign in at your institution once. Next time, your wallet is all you need to sign in.'
		},
		{
			question: 'I no longer want to use a wallet. What do I do?',
			answer: 'Sign in and go to “Your account”. You can unlink the wallet there.'
		}
	],
	/** The index of the question that is left out if people cannot sign in with their institution. */
	noWalletQuestion: 2,
	wallets: {
		question: 'Which wallets can I use?',
		link: 'See which wallets you can use here'
	},
	howToSignIn: {
		question: 'How do I sign in?',
		answer: 'Choose your institution and sign in there. When you are done, you come back here.'
	},
	contact: {
		title: 'Who can I ask?',
		code: 'Did you get a help code? Give it to the help desk, so that they can find what went wrong.'
	}
};
