/** The texts of every page, and the error pages. */
export const site = {
	product: 'eduID wallet portal',
	errorTitle: (page: string) => `Error: ${page}`,
	skip: 'Skip to the content',
	homeLink: (product: string) => `${product}, home page`,
	menu: 'Menu',
	account: 'Your account',
	help: 'Help',
	language: 'Language',
	footer: 'About this site',
	accessibility: 'Accessibility',
	privacy: 'Privacy statement',
	signIn: 'Sign in',
	errors: {
		notFound: {
			title: 'Page not found',
			what: 'This page doesn’t exist, or it has moved.',
			next: 'Check the address, or start again from the home page.'
		},
		forbidden: {
			title: 'You can’t open this page',
			what: 'You don’t have access to this page, or the link does not work here.',
			next: 'Start again from the home page.'
		},
		foreign: {
			title: 'Open this site directly',
			what: 'We could not see that you came from our own site. Perhaps you came from another site, or another site shows this page. We stop here for your safety.',
			next: 'Open this site with the button below, and start again there.'
		},
		tooMany: {
			title: 'Too many attempts',
			what: 'This was tried too often in a short time, by you or by others on your network.',
			next: 'Wait a minute and try again.'
		},
		tooManyCookies: {
			title: 'Your browser sends too many cookies',
			what: 'Cookies are small files that websites keep in your browser. The cookies of this site are too large together. That is why we can’t show the page.',
			next: 'Delete the cookies of this site and open the page again. Choose the icon to the left of the address in your browser, and then “Cookies and site data”. Or search for “cookies” in the settings of your browser.'
		},
		unavailable: {
			title: 'This doesn’t work right now',
			what: 'There is a technical problem. It is not your fault.',
			next: 'Wait a few minutes and try again.'
		},
		request: {
			title: 'This did not work',
			what: 'Something that your browser sent was not right.',
			next: 'Go back and try again, or start again from the home page.'
		},
		fault: {
			title: 'Something went wrong',
			what: 'The fault is on our side. You did nothing wrong.',
			next: 'Try again later.'
		}
	},
	helpCode: 'Help code',
	helpCodeUse: 'If you contact the help desk, give them this code.',
	stillWrong: 'Still not working?',
	questions: 'Do you have a question?',
	support: {
		title: 'Ask for help',
		ask: 'Ask the help desk of your institution.',
		askAt: (name: string) => `Ask ${name}.`,
		email: 'E-mail address',
		phone: 'Telephone',
		page: 'Other ways to get help'
	},
	copyHelpCode: 'Copy the help code',
	helpCodeCopied: 'The help code is copied.',
	openPortal: 'Open this site',
	tryAgain: 'Try again',
	signInAgain: 'Sign in again',
	signOut: 'Sign out',
	toHome: 'To the home page'
};
