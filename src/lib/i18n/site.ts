import type { Locale } from './locale';

/** The texts of every page, and the error pages. */
export const en = {
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
	helpCodeNotCopied: 'The help code could not be copied.',
	openPortal: 'Open this site',
	tryAgain: 'Try again',
	signInAgain: 'Sign in again',
	signOut: 'Sign out',
	toHome: 'To the home page'
};

export const nl: typeof en = {
	product: 'eduID-walletportaal',
	errorTitle: (page) => `Fout: ${page}`,
	skip: 'Naar de inhoud',
	homeLink: (product) => `${product}, beginpagina`,
	menu: 'Menu',
	account: 'Uw account',
	help: 'Hulp',
	language: 'Taal',
	footer: 'Over deze site',
	accessibility: 'Toegankelijkheid',
	privacy: 'Privacyverklaring',
	signIn: 'Inloggen',
	errors: {
		notFound: {
			title: 'Pagina niet gevonden',
			what: 'Deze pagina bestaat niet of is verhuisd.',
			next: 'Controleer het adres, of begin opnieuw op de beginpagina.'
		},
		forbidden: {
			title: 'U kunt deze pagina niet openen',
			what: 'U hebt geen toegang tot deze pagina, of de link werkt hier niet.',
			next: 'Begin opnieuw op de beginpagina.'
		},
		foreign: {
			title: 'Open deze site rechtstreeks',
			what: 'Wij konden niet zien dat u van onze eigen site kwam. Misschien kwam u van een andere site, of staat deze pagina in een andere site. Voor uw veiligheid stoppen wij hier.',
			next: 'Open deze site met de knop hieronder en begin daar opnieuw.'
		},
		tooMany: {
			title: 'Te vaak geprobeerd',
			what: 'Dit is te vaak geprobeerd in korte tijd, door u of door anderen op uw netwerk.',
			next: 'Wacht een minuut en probeer het opnieuw.'
		},
		tooManyCookies: {
			title: 'Uw browser stuurt te veel cookies mee',
			what: 'Cookies zijn kleine bestanden die websites in uw browser bewaren. De cookies van deze site zijn samen te groot. Daarom kunnen wij de pagina niet tonen.',
			next: 'Verwijder de cookies van deze site en open de pagina opnieuw. Kies het pictogram links naast het adres in uw browser, en dan ‘Cookies en sitegegevens’. Of zoek in de instellingen van uw browser naar ‘cookies’.'
		},
		unavailable: {
			title: 'Dit werkt nu niet',
			what: 'Er is een storing. Dat ligt niet aan u.',
			next: 'Wacht een paar minuten en probeer het opnieuw.'
		},
		request: {
			title: 'Dit is niet gelukt',
			what: 'Iets in wat uw browser stuurde, klopte niet.',
			next: 'Ga terug en probeer het opnieuw, of begin opnieuw op de beginpagina.'
		},
		fault: {
			title: 'Er ging iets mis',
			what: 'De fout ligt bij ons. U hebt niets verkeerd gedaan.',
			next: 'Probeer het later opnieuw.'
		}
	},
	helpCode: 'Hulpcode',
	helpCodeUse: 'Neemt u contact op met de helpdesk? Geef dan deze code door.',
	stillWrong: 'Blijft het misgaan?',
	questions: 'Hebt u een vraag?',
	support: {
		title: 'Om hulp vragen',
		ask: 'Vraag het aan de helpdesk van uw instelling.',
		askAt: (name) => `Vraag het aan ${name}.`,
		email: 'E-mailadres',
		phone: 'Telefoon',
		page: 'Andere manieren om hulp te krijgen'
	},
	copyHelpCode: 'Hulpcode kopiëren',
	helpCodeCopied: 'De hulpcode is gekopieerd.',
	helpCodeNotCopied: 'De hulpcode kon niet worden gekopieerd.',
	openPortal: 'Deze site openen',
	tryAgain: 'Opnieuw proberen',
	signInAgain: 'Opnieuw inloggen',
	signOut: 'Uitloggen',
	toHome: 'Naar de beginpagina'
};

/** Only the texts that every page has, so that hydrated pages do not load those of other pages. */
export function siteTexts(locale: Locale): typeof en {
	return { nl, en }[locale];
}
