/** The pages that verify who a wallet belongs to. No text says which attribute did not match. */
export const identity = {
	explain: {
		title: 'Confirm who you are',
		button: 'Continue to your institution',
		goOn: 'Continue',
		next: {
			visit:
				'You sign in at your institution once. Then you come back here, and your wallet is linked to your account.',
			'step-up':
				'You sign in at your institution with an extra step, such as a code on your phone. Then you come back here.',
			none: 'Choose “Continue”. You don’t have to do anything else.'
		},
		timeIncludes: 'That includes signing in at your institution.'
	},
	reasons: {
		FIRST_TIME_LINK: 'You are using this wallet here for the first time. We want to be sure that it is yours.',
		EXPIRED_BINDING: 'It has been a while since you confirmed that this wallet is yours. We ask you to do it again.',
		CANDIDATE_MATCH_CONFIRMATION: 'We found an account that may be yours. We want to be sure.',
		FORCED_RECONCILIATION: 'For this sign-in we ask you to confirm again who you are.'
	},
	stepUp: 'We know your wallet. For this sign-in your institution has to check extra carefully whether it is you.',
	reasonUnknown: 'We want to be sure that this wallet is yours.',
	person: {
		title: 'Details from your wallet',
		givenName: 'First name',
		familyName: 'Last name',
		birthdate: 'Date of birth',
		again: 'You don’t have to fill in these details yourself.'
	},
	confirm: {
		title: 'Is this you?',
		what: 'Confirm that these details are yours. Then we link your wallet to your account.',
		choose: 'Which account is yours?',
		chooseReason: 'We found more than one account that may be yours.',
		chooseWhat: 'Choose your account. Then we link your wallet to it.',
		button: 'Yes, this is me',
		chooseButton: 'Choose this account',
		notMe: 'No, this is not me',
		noneOfThese: 'None of these accounts'
	},
	faults: {
		title: 'There is a problem',
		chooseOne: 'Choose the account that is yours.'
	},
	inProgress: {
		title: 'Continue at your institution',
		what: 'Your institution is checking who you are on another page. We wait until that is done.',
		again: 'Go to your institution again',
		check: 'I am done there – check'
	},
	review: {
		title: 'Your institution is checking whether this wallet is yours',
		what: 'Somebody at your institution looks at it. You don’t have to do anything for it.',
		byItself: 'This page continues by itself.',
		byPress: 'Choose “Check again” now and then to see whether it is done.',
		later: 'Does it take long? You can close this page and sign in with your wallet again later.',
		check: 'Check again'
	},
	redirect: {
		title: 'You are being sent to your institution',
		what: 'Does nothing happen? Then use this link:',
		link: 'Continue to your institution'
	},
	announcements: {
		confirm: 'Please confirm who you are.',
		explain: 'You can continue to your institution.',
		'in-progress': 'We are waiting for your institution.',
		review: 'Your institution is looking at your request.'
	},
	unreachable: 'There is no connection right now. We keep trying.',
	back: 'Back to signing in',
	without: 'Sign in without this wallet',
	ended: {
		'no-match': {
			title: 'We could not link your wallet',
			what: 'We found no account that belongs to the details in your wallet.',
			next: 'Ask your institution whether the details about you are right.'
		},
		'not-me': {
			title: 'Your wallet is not linked',
			what: 'You told us that this is not right. We linked nothing and kept nothing.',
			next: 'Ask your institution whether the details about you are right. After that, try again.'
		},
		'not-me-late': {
			title: 'The wallet may be linked already',
			what: 'You stopped, or you told us that this is not you. Your wallet may have been linked before that.',
			next: 'Ask your institution whether this wallet is linked to the right account.'
		},
		'linked-elsewhere': {
			title: 'This wallet belongs to another account',
			what: 'This wallet is already linked to somebody’s account. You can’t link it twice.',
			next: 'Is it your own other account? Unlink the wallet there first.'
		},
		'attribute-missing': {
			title: 'Your wallet did not give enough details',
			what: 'With what you shared we can’t see who you are.',
			next: 'Try again and share everything that is asked.'
		},
		'assurance-too-low': {
			title: 'Sign in with an extra step',
			what: 'The way you signed in at your institution is not secure enough to link a wallet.',
			next: 'Ask your institution how you sign in with an extra step.'
		},
		expired: {
			title: 'You can’t continue here',
			what: 'It took too long, or you continued in another tab.',
			next: 'Sign in with your wallet again.'
		},
		'refused-at-institution': {
			title: 'Your institution did not confirm who you are',
			what: 'You stopped there, or your institution did not approve it. Your wallet was not linked.',
			next: 'Try again.'
		},
		'review-refused': {
			title: 'Your institution turned down the link',
			what: 'Somebody at your institution looked at it and did not link your wallet.',
			next: 'Ask your institution why, and what you can do.'
		},
		'confirmation-not-offered': {
			title: 'You can’t confirm this here',
			what: 'Your institution doesn’t offer to link a wallet in this way.',
			next: 'Ask your institution to link your wallet.'
		},
		'not-possible': {
			title: 'This wallet can’t be linked',
			what: 'Your institution doesn’t allow you to link this wallet.',
			next: 'Trying again does not help.'
		},
		'again-required': {
			title: 'Linking your wallet did not work',
			what: 'You confirmed who you are, but your wallet is still not linked.',
			next: 'Confirming again does not help.'
		},
		foreign: {
			title: 'You started in another browser',
			what: 'For your safety you can only continue in the browser where you started.',
			next: 'Continue in that browser, or sign in with your wallet again here.'
		},
		failed: {
			title: 'Confirming who you are did not work',
			what: 'Something went wrong. Your wallet was not linked.',
			next: 'Sign in with your wallet again.'
		},
		unavailable: {
			title: 'You can’t confirm who you are right now',
			what: 'There is a technical problem. It is not your fault.',
			next: 'Wait a few minutes and try again.'
		}
	}
};
