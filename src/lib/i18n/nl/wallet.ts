import type { Texts } from '../en';

export const wallet: Texts['wallet'] = {
	explainWallet: 'Een wallet is een app op uw telefoon waarin uw digitale kaarten zitten, zoals uw studentenpas.',
	explainQr:
		'Een QR-code is een vierkant met zwarte en witte blokjes. Scannen betekent: u richt de camera van uw wallet-app erop.',
	whichWallets: 'Welke wallets kan ik gebruiken?',
	start: {
		title: 'Inloggen met uw wallet',
		next: 'Wij maken een QR-code die u scant met uw wallet. Bij de code staat hoeveel tijd u hebt.',
		button: 'QR-code tonen'
	},
	scan: {
		title: 'Scan de QR-code met uw wallet',
		steps: ['Open de wallet-app op uw telefoon.', 'Scan de QR-code.', 'Kijk wat er gevraagd wordt en kies ‘Delen’.'],
		qrName: 'QR-code om in te loggen met uw wallet. De link ‘Wallet openen op dit apparaat’ doet hetzelfde.',
		enlarge: 'Grotere QR-code tonen',
		withoutCode: {
			title: 'Open uw wallet op dit apparaat',
			why: 'Deze aanvraag past niet in een QR-code. U kunt daarom alleen inloggen met een wallet op dit apparaat.',
			steps: ['Open hieronder de wallet op dit apparaat.', 'Kijk wat er gevraagd wordt en kies ‘Delen’.'],
			timeLeft: 'Tijd over om de wallet te openen:',
			remaining: (seconds) => {
				if (seconds < 60) return `Nog ${seconds} seconden om de wallet te openen.`;
				const minutes = Math.floor(seconds / 60);
				return `Nog ${minutes} ${minutes === 1 ? 'minuut' : 'minuten'} om de wallet te openen.`;
			},
			elsewhere: 'Staat uw wallet op een ander apparaat? Open deze website dan op dat apparaat.'
		},
		onThisDevice: 'Staat uw wallet op dit apparaat?',
		open: 'Wallet openen op dit apparaat',
		browser: {
			explain: 'Uw browser kan uw wallet openen, op dit apparaat of op een ander apparaat.',
			open: 'Wallet openen via uw browser',
			cancelled: 'Er is niets gedeeld. Probeer het opnieuw of kies een andere manier.',
			failed: 'Uw browser kon geen wallet openen. Kies een andere manier.',
			notReceived: 'Wij konden het antwoord van uw wallet niet gebruiken. Probeer het opnieuw.'
		},
		check: 'Ik heb gescand – controleren',
		newCode: 'Nieuwe code',
		asked: (claims) => `Dit vragen wij uit uw wallet: ${claims}.`,
		askedInGeneral: 'Uw wallet laat zien wat wij vragen: wie u bent bij uw instelling.',
		use: 'Wij gebruiken dat alleen om u in te loggen. Er wordt niets gedeeld voordat u ‘Delen’ kiest.',
		copy: 'Link naar de wallet kopiëren',
		copied: 'De link is gekopieerd.',
		notCopied: 'De link kon niet worden gekopieerd.'
	},
	opened: {
		title: 'Ga verder in uw wallet',
		what: 'Uw wallet heeft de aanvraag geopend. Kijk wat er gevraagd wordt en kies of u het deelt.',
		check: 'Ik heb geantwoord – controleren',
		wrongApp: 'Ging de verkeerde app open? Begin dan opnieuw met een nieuwe code.',
		announcement: 'Uw wallet heeft de aanvraag geopend. Ga verder in uw wallet.'
	},
	checking: {
		title: 'Wij controleren het antwoord',
		what: 'Uw wallet heeft geantwoord. Dit duurt een paar seconden.',
		check: 'Opnieuw controleren',
		announcement: 'Uw wallet heeft geantwoord. Wij controleren het antwoord.'
	},
	verified: {
		title: 'Uw wallet is bevestigd',
		what: 'Een ogenblik, wij gaan verder met inloggen.',
		announcement: 'Uw wallet is bevestigd. Een ogenblik.'
	},
	leaving: {
		linked: 'Uw wallet is gekoppeld. Voortaan logt u in met alleen uw wallet.',
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
	startAgain: 'Opnieuw beginnen met een nieuwe code',
	cancel: 'Stoppen met inloggen',
	trouble: 'Wij hebben even geen verbinding. Wij blijven het proberen.',
	validMinutes: (minutes) =>
		minutes <= 1 ? 'U hebt nog minder dan een minuut.' : `U hebt nog ongeveer ${minutes} minuten.`,
	timeLeft: 'Tijd over om te scannen:',
	endsSoon: 'Uw tijd is bijna om.',
	moreTime: 'Kies ‘Nieuwe code’ voor meer tijd.',
	remaining: (seconds) => {
		if (seconds < 60) return `Nog ${seconds} seconden om te scannen.`;
		return seconds < 120 ? 'Nog 1 minuut om te scannen.' : `Nog ${Math.floor(seconds / 60)} minuten om te scannen.`;
	},
	otherWay: 'Op een andere manier inloggen',
	withInstitution: 'Inloggen met uw instelling',
	ended: {
		declined: {
			title: 'U hebt niets gedeeld',
			what: 'U koos in uw wallet om niet te delen. U bent dus niet ingelogd.',
			next: 'Wilt u het toch? Maak dan een nieuwe code.'
		},
		refused: {
			title: 'De kaart uit uw wallet kan niet gebruikt worden',
			what: 'De kaart die u deelde is niet geldig om hier in te loggen. U bent niet ingelogd.',
			next: 'Kies met een nieuwe code een andere kaart, of vernieuw de kaart bij de instelling die hem gaf.'
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
			title: 'Ga verder in de browser waar u begon',
			what: 'Voor uw veiligheid gaat het inloggen alleen verder in de browser die de code maakte.',
			next: 'Ga terug naar die browser, of maak hier een nieuwe code.'
		}
	}
};
