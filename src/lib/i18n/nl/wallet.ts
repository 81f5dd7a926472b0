import type { Texts } from '../index';

export const wallet: Texts['wallet'] = {
	explainWallet: 'Een wallet is een app op uw telefoon waarin uw digitale kaarten zitten, zoals uw studentenpas.',
	explainQr:
		'Een QR-code is een vierkant met zwarte en witte blokjes. Scannen betekent: u richt de camera van uw wallet-app erop.',
	explain: 'Wat is een wallet? Wat is een QR-code?',
	whichWallets: 'Welke wallets kan ik gebruiken?',
	start: {
		title: 'Inloggen met uw wallet',
		next: 'Op de volgende pagina staat wat u moet doen en hoeveel tijd u hebt.',
		button: 'Verder met uw wallet'
	},
	scan: {
		title: 'Scan de QR-code met uw wallet',
		titleHere: 'Open uw wallet',
		steps: ['Open de wallet-app op uw telefoon.', 'Scan de QR-code.', 'Kijk wat er gevraagd wordt en kies ‘Delen’.'],
		stepsHere: ['Kijk in uw wallet wat er gevraagd wordt.', 'Kies ‘Delen’.', 'Kom terug naar deze pagina.'],
		qrName: 'QR-code om in te loggen met uw wallet. De link ‘Wallet openen op dit apparaat’ doet hetzelfde.',
		enlarge: 'Grotere QR-code tonen',
		question: { this: 'Staat uw wallet op een ander apparaat?', other: 'Staat uw wallet op dit apparaat?' },
		open: 'Wallet openen op dit apparaat',
		showCode: 'QR-code tonen',
		scanCode: 'Scan deze code met het apparaat waar uw wallet op staat.',
		noCode: 'Hier is geen QR-code mogelijk. Open deze site op het apparaat met uw wallet.',
		change: { this: 'Mijn wallet staat op een ander apparaat', other: 'Mijn wallet staat op dit apparaat' },
		browser: {
			explain: 'Uw browser kan uw wallet openen, op dit apparaat of op een ander apparaat.',
			open: 'Wallet openen via uw browser',
			cancelled: 'Er is niets gedeeld. Probeer het opnieuw of kies een andere manier.',
			failed: 'Uw browser kon geen wallet openen. Kies een andere manier.',
			notReceived: 'Wij konden het antwoord van uw wallet niet gebruiken. Probeer het opnieuw.'
		},
		check: 'Ik heb de code gescand – controleren',
		checkHere: 'Ik heb mijn gegevens gedeeld – controleren',
		newCode: 'Nieuwe code',
		asked: (claims) => `Deze gegevens vragen wij uit uw wallet: ${claims}.`,
		askedInGeneral: 'Uw wallet laat zien wat wij vragen: wie u bent bij uw instelling.',
		use: 'Wij gebruiken die gegevens alleen om u in te loggen en om uw wallet aan uw account te koppelen. Er wordt niets gedeeld voordat u ‘Delen’ kiest.',
		copy: 'Link naar de wallet kopiëren',
		copied: 'De link is gekopieerd.',
		notCopied: 'De link kon niet worden gekopieerd.'
	},
	nothingOpened: {
		title: 'Ging er niets open?',
		what: {
			code: 'Misschien staat er op dit apparaat geen wallet die hier werkt. Staat uw wallet op een ander apparaat? Scan dan de QR-code op deze pagina.',
			link: 'Misschien staat er op dit apparaat geen wallet die hier werkt. Staat uw wallet op een ander apparaat? Open deze site dan op dat apparaat.',
			opened: 'Open dan zelf de wallet-app. Staat de aanvraag daar niet meer? Begin dan met een nieuwe code.'
		},
		announcement: 'Ging er niets open? Onder de knop staat wat u kunt doen.'
	},
	notices: {
		nothing_received: 'Wij hebben nog niets ontvangen. Kies in uw wallet eerst ‘Delen’.',
		no_response: 'Uw wallet heeft nog niet geantwoord.',
		still_checking: 'Wij zijn nog bezig met controleren.',
		new_code: 'Er staat een nieuwe code op de pagina.'
	},
	makingCode: 'Wij maken een nieuwe code…',
	noConnection: 'Er is even geen verbinding. Probeer het zo meteen opnieuw.',
	opened: {
		title: 'Ga verder in uw wallet',
		what: 'Kijk wat er gevraagd wordt en kies of u het deelt.',
		check: 'Ik heb geantwoord – controleren',
		again: 'Wallet opnieuw openen',
		wrongApp: 'Ging de verkeerde app open, of wilt u een andere wallet gebruiken? Begin dan met een nieuwe code.',
		announcement: 'Uw wallet heeft de aanvraag geopend.'
	},
	checking: {
		title: 'Wij controleren het antwoord',
		what: 'Dit duurt een paar seconden.',
		check: 'Opnieuw controleren',
		announcement: 'Uw wallet heeft geantwoord.'
	},
	leaving: {
		title: 'U wordt ingelogd',
		what: 'U gaat zo vanzelf verder.',
		announcement: 'U wordt ingelogd.'
	},
	identifying: {
		title: 'Nog één stap: bevestig wie u bent',
		what: 'U gaat zo vanzelf verder.',
		announcement: 'Nog één stap: bevestig wie u bent.'
	},
	goOn: 'Doorgaan',
	startAgain: 'Beginnen met een nieuwe code',
	cancel: 'Stoppen met inloggen',
	unreachable: 'Er is even geen verbinding. Wij blijven het proberen.',
	minutesLeft: (minutes) =>
		minutes <= 1 ? 'U hebt nog ongeveer een minuut.' : `U hebt nog ongeveer ${minutes} minuten.`,
	timeLeft: 'U hebt nog:',
	endsSoon: 'De tijd is bijna om.',
	moreTime: 'Kies ‘Nieuwe code’ voor meer tijd.',
	tooLittleTime: 'Te weinig tijd? Begin dan met een nieuwe code.',
	remaining: (seconds) => {
		if (seconds < 60) return `U hebt nog ${seconds} seconden.`;
		return seconds < 120 ? 'U hebt nog 1 minuut.' : `U hebt nog ${seconds / 60} minuten.`;
	},
	otherWay: 'Op een andere manier inloggen',
	withInstitution: 'Inloggen via uw instelling',
	ended: {
		declined: {
			title: 'Er is niets gedeeld',
			what: 'U koos ervoor om niets te delen. U bent dus niet ingelogd.',
			next: 'Wilt u toch inloggen? Maak dan een nieuwe code.'
		},
		refused: {
			title: 'De kaart uit uw wallet kan niet gebruikt worden',
			what: 'De kaart die u deelde, is niet geldig om hier in te loggen. U bent niet ingelogd.',
			next: 'Maak een nieuwe code en kies een andere kaart. Of vernieuw de kaart bij de instelling waarvan u die kreeg.'
		},
		unchecked: {
			title: 'Wij kunnen uw kaart nu niet controleren',
			what: 'Wij konden niet nagaan of de kaart uit uw wallet nog geldig is. U bent niet ingelogd.',
			next: 'Wacht een paar minuten en maak een nieuwe code.'
		},
		expired: {
			title: 'De code is verlopen',
			what: 'Voor uw veiligheid werkt een code maar kort. U bent niet ingelogd.',
			next: 'Maak een nieuwe code om het opnieuw te proberen.'
		},
		unfinished: {
			title: 'Het inloggen duurde te lang',
			what: 'U hebt wel gegevens gedeeld, maar u bent niet ingelogd. Wij hebben niets bewaard.',
			next: 'Maak een nieuwe code om het opnieuw te proberen.'
		},
		failed: {
			title: 'Inloggen met uw wallet is niet gelukt',
			what: 'Er ging iets mis, of u bent gestopt in uw wallet. U bent niet ingelogd.',
			next: 'Probeer het opnieuw met een nieuwe code.'
		},
		unavailable: {
			title: 'Inloggen met een wallet werkt nu niet',
			what: 'Er is een storing. Dat ligt niet aan u. U bent niet ingelogd.',
			next: 'Wacht een paar minuten en maak een nieuwe code.'
		},
		foreign: {
			title: 'Ga terug naar de browser waar u begon',
			what: 'Misschien opende uw wallet een andere browser. Of u was al klaar met inloggen, of u bent gestopt.',
			next: 'Ga verder op de pagina waar u begon, of begin hier opnieuw met een nieuwe code.'
		}
	}
};
