import type { Texts } from '../en';

export const site: Texts['site'] = {
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
	copyHelpCode: 'Kopieer de hulpcode',
	helpCodeCopied: 'De hulpcode is gekopieerd.',
	openPortal: 'Deze site openen',
	tryAgain: 'Opnieuw proberen',
	signInAgain: 'Opnieuw inloggen',
	signOut: 'Uitloggen',
	toHome: 'Naar de beginpagina'
};
