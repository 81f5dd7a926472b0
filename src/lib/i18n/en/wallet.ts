/**
 * The pages of signing in with a wallet. Announcements are read by a screen reader at a change, and have fewer than 15
 * words.
 */
export const wallet = {
	explainWallet: 'A wallet is an app on your phone that holds your digital cards, such as your student card.',
	explainQr:
		'A QR code is a square with black and white blocks. To scan it, you point the camera of your wallet app at it.',
	explain: 'What is a wallet? What is a QR code?',
	whichWallets: 'Which wallets can I use?',
	start: {
		title: 'Sign in with your wallet',
		next: 'The next page says what to do and how much time you have.',
		button: 'Continue with your wallet'
	},
	/** `Here`, `this`: for a wallet on this device. `other`: for one on another device. */
	scan: {
		title: 'Scan the QR code with your wallet',
		titleHere: 'Open your wallet',
		steps: ['Open the wallet app on your phone.', 'Scan the QR code.', 'Look at what is asked, and choose “Share”.'],
		stepsHere: ['Look in your wallet at what is asked.', 'Choose “Share”.', 'Come back to this page.'],
		qrName: 'QR code to sign in with your wallet. The link “Open wallet on this device” does the same.',
		enlarge: 'Show a larger QR code',
		question: { this: 'Is your wallet on another device?', other: 'Is your wallet on this device?' },
		open: 'Open wallet on this device',
		showCode: 'Show the QR code',
		scanCode: 'Scan this code with the device that has your wallet.',
		noCode: 'No QR code is possible here. Open this site on the device with your wallet.',
		change: { this: 'My wallet is on another device', other: 'My wallet is on this device' },
		browser: {
			explain: 'Your browser can open your wallet, on this device or on another one.',
			open: 'Open wallet through your browser',
			cancelled: 'Nothing was shared. Try again, or choose another way.',
			failed: 'Your browser could not open a wallet. Choose another way.',
			notReceived: 'We could not use the answer of your wallet. Try again.'
		},
		check: 'I have scanned the code – check',
		checkHere: 'I have shared my details – check',
		newCode: 'New code',
		asked: (claims: string) => `We ask for these details from your wallet: ${claims}.`,
		askedInGeneral: 'Your wallet shows what we ask for: who you are at your institution.',
		use: 'We use those details only to sign you in and to link your wallet to your account. Nothing is shared before you choose “Share”.',
		copy: 'Copy the link to the wallet',
		copied: 'The link is copied.',
		notCopied: 'The link could not be copied.'
	},
	nothingOpened: {
		title: 'Did nothing open?',
		/** `code`, `link`: the page has a QR code, or only the link. `opened`: a wallet has opened the request before. */
		what: {
			code: 'This device may not have a wallet that works here. Is your wallet on another device? Then scan the QR code on this page.',
			link: 'This device may not have a wallet that works here. Is your wallet on another device? Then open this site on that device.',
			opened: 'Open the wallet app yourself. Is the request no longer there? Start with a new code.'
		},
		announcement: 'Did nothing open? Below the button you can read what to do.'
	},
	/** The answers to presses of a page without JavaScript. */
	notices: {
		nothing_received: 'We have not received anything yet. Choose “Share” in your wallet first.',
		no_response: 'Your wallet has not answered yet.',
		still_checking: 'We are still checking.',
		new_code: 'There is a new code on the page.'
	},
	makingCode: 'We are making a new code…',
	noConnection: 'There is no connection right now. Try again shortly.',
	opened: {
		title: 'Continue in your wallet',
		what: 'Look at what is asked, and choose whether you share it.',
		check: 'I have answered – check',
		again: 'Open the wallet again',
		wrongApp: 'Did the wrong app open, or do you want to use another wallet? Start with a new code.',
		announcement: 'Your wallet has opened the request.'
	},
	checking: {
		title: 'We are checking the answer',
		what: 'This takes a few seconds.',
		check: 'Check again',
		announcement: 'Your wallet has answered.'
	},
	leaving: {
		title: 'You are being signed in',
		what: 'This page continues by itself in a moment.',
		announcement: 'You are being signed in.'
	},
	identifying: {
		title: 'One more step: confirm who you are',
		what: 'This page continues by itself in a moment.',
		announcement: 'One more step: confirm who you are.'
	},
	goOn: 'Continue',
	startAgain: 'Start with a new code',
	cancel: 'Stop signing in',
	unreachable: 'There is no connection right now. We keep trying.',
	minutesLeft: (minutes: number) =>
		minutes <= 1 ? 'You have about one minute left.' : `You have about ${minutes} minutes left.`,
	timeLeft: 'Time left:',
	endsSoon: 'The time is almost over.',
	moreTime: 'Choose “New code” for more time.',
	/** Once the wallet has opened the request, its time cannot be extended. */
	tooLittleTime: 'Not enough time? Start with a new code.',
	remaining: (seconds: number) => {
		if (seconds < 60) return `You have ${seconds} seconds left.`;
		return seconds < 120 ? 'You have 1 minute left.' : `You have ${seconds / 60} minutes left.`;
	},
	otherWay: 'Another way to sign in',
	withInstitution: 'Sign in with your institution',
	ended: {
		declined: {
			title: 'Nothing was shared',
			what: 'In your wallet you chose to share nothing. So you are not signed in.',
			next: 'Do you want to sign in after all? Make a new code.'
		},
		refused: {
			title: 'Your wallet card can’t be used',
			what: 'The card that you shared is not valid for signing in here. You are not signed in.',
			next: 'Make a new code and choose another card. Or renew the card with the institution that gave it.'
		},
		unchecked: {
			title: 'We can’t check your card right now',
			what: 'We could not find out if the card from your wallet is still valid. You are not signed in.',
			next: 'Wait a few minutes and make a new code.'
		},
		expired: {
			title: 'The code has expired',
			what: 'For your safety a code works only for a short time. You are not signed in.',
			next: 'Make a new code to try again.'
		},
		unfinished: {
			title: 'Signing in took too long',
			what: 'You did share your details, but you are not signed in. We kept nothing.',
			next: 'Make a new code to try again.'
		},
		failed: {
			title: 'Signing in with your wallet did not work',
			what: 'Something went wrong, or you stopped in your wallet. You are not signed in.',
			next: 'Try again with a new code.'
		},
		unavailable: {
			title: 'Signing in with a wallet doesn’t work right now',
			what: 'There is a technical problem. It is not your fault. You are not signed in.',
			next: 'Wait a few minutes and make a new code.'
		},
		foreign: {
			title: 'Go back to the browser where you began',
			what: 'Perhaps your wallet opened another browser. Or you were done signing in already, or you stopped.',
			next: 'Continue on the page where you began, or start again here with a new code.'
		}
	}
};
