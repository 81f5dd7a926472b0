/**
 * The pages of signing in with a wallet. Announcements are read by a screen reader at a change, and have fewer than 15
 * words.
 */
export const wallet = {
	explainWallet: 'A wallet is an app on your phone that holds your digital cards, such as your student card.',
	explainQr:
		'A QR code is a square with black and white blocks. To scan it, you point the camera of your wallet app at it.',
	whichWallets: 'Which wallets can I use?',
	start: {
		title: 'Sign in with your wallet',
		next: 'We make a QR code that you scan with your wallet. The page shows how much time you have.',
		button: 'Show a QR code'
	},
	scan: {
		title: 'Scan the QR code with your wallet',
		steps: ['Open the wallet app on your phone.', 'Scan the QR code.', 'Look at what is asked, and choose “Share”.'],
		qrName: 'QR code to sign in with your wallet. The link “Open wallet on this device” does the same.',
		enlarge: 'Show a larger QR code',
		withoutCode: {
			title: 'Open your wallet on this device',
			why: 'This request does not fit in a QR code. You can only sign in with a wallet on this device.',
			steps: ['Open the wallet on this device below.', 'Look at what is asked, and choose “Share”.'],
			timeLeft: 'Time left to open the wallet:',
			remaining: (seconds: number) => {
				if (seconds < 60) return `${seconds} seconds left to open the wallet.`;
				const minutes = Math.floor(seconds / 60);
				return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'} left to open the wallet.`;
			},
			elsewhere: 'Is your wallet on another device? Open this website on that device.'
		},
		onThisDevice: 'Is your wallet on this device?',
		open: 'Open wallet on this device',
		browser: {
			explain: 'Your browser can open your wallet, on this device or on another one.',
			open: 'Open wallet through your browser',
			cancelled: 'Nothing was shared. Try again, or choose another way.',
			failed: 'Your browser could not open a wallet. Choose another way.',
			notReceived: 'We could not use the answer of your wallet. Try again.'
		},
		check: 'I have scanned it – check',
		newCode: 'New code',
		asked: (claims: string) => `We ask for this from your wallet: ${claims}.`,
		askedInGeneral: 'Your wallet shows what we ask for: who you are at your institution.',
		use: 'We use it only to sign you in. Nothing is shared before you choose “Share”.',
		copy: 'Copy the link to the wallet',
		copied: 'The link is copied.',
		notCopied: 'The link could not be copied.'
	},
	opened: {
		title: 'Continue in your wallet',
		what: 'Your wallet has opened the request. Look at what is asked, and choose whether you share it.',
		check: 'I have answered – check',
		wrongApp: 'Did the wrong app open? Start again with a new code.',
		announcement: 'Your wallet has opened the request. Continue in your wallet.'
	},
	checking: {
		title: 'We are checking the answer',
		what: 'Your wallet has answered. This takes a few seconds.',
		check: 'Check again',
		announcement: 'Your wallet has answered. We are checking it.'
	},
	verified: {
		title: 'Your wallet is confirmed',
		what: 'One moment, we are signing you in.',
		announcement: 'Your wallet is confirmed. One moment.'
	},
	leaving: {
		linked: 'Your wallet is linked. From now on, your wallet is all you need to sign in.',
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
	startAgain: 'Start again with a new code',
	cancel: 'Stop signing in',
	trouble: 'We have lost the connection for a moment. We keep trying.',
	validMinutes: (minutes: number) =>
		minutes <= 1 ? 'You have less than a minute left.' : `You have about ${minutes} minutes left.`,
	timeLeft: 'Time left to scan:',
	endsSoon: 'Your time is almost over.',
	moreTime: 'Choose “New code” for more time.',
	remaining: (seconds: number) => {
		if (seconds < 60) return `${seconds} seconds left to scan.`;
		return seconds < 120 ? '1 minute left to scan.' : `${Math.floor(seconds / 60)} minutes left to scan.`;
	},
	otherWay: 'Another way to sign in',
	withInstitution: 'Sign in with your institution',
	ended: {
		declined: {
			title: 'You did not share anything',
			what: 'You chose in your wallet not to share. So you are not signed in.',
			next: 'Changed your mind? Make a new code.'
		},
		refused: {
			title: 'Your wallet card can’t be used',
			what: 'The card that you shared is not valid for signing in here. You are not signed in.',
			next: 'Choose another card with a new code, or renew the card with the institution that gave it.'
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
			title: 'Continue in the browser where you started',
			what: 'For your safety, signing in continues only in the browser that made the code.',
			next: 'Go back to that browser, or make a new code here.'
		}
	}
};
