import type { Statement } from './en';

/** The same statement in plain Dutch. */
export const nl: Statement = {
	title: 'Toegankelijkheidsverklaring',
	intro:
		'Iedereen moet kunnen inloggen. Daarom maken wij dit portaal toegankelijk voor mensen met en zonder een beperking.',
	standardNote:
		'Wij volgen EN 301 549 en WCAG 2.2, niveau AA. Deze verklaring gaat over alle pagina’s van dit portaal.',
	status: {
		title: 'Status: eerste maatregelen genomen',
		what: 'Dit portaal is voor een deel getest. Er is nog geen volledig onderzoek gedaan door een onafhankelijke partij. Daarom kunnen wij niet zeggen dat het aan alle eisen voldoet.'
	},
	tested: {
		title: 'Wat wij doen en testen',
		points: [
			'Elke pagina werkt met alleen het toetsenbord, en u kunt inloggen zonder JavaScript.',
			'Elke pagina wordt automatisch gecontroleerd op bekende fouten, in het Nederlands en het Engels.',
			'Wij bekijken de pagina’s op een breedte van 320 pixels, vergroot tot 400 %, in lichte en donkere kleuren en met hoog contrast.',
			'Een schermlezer meldt wanneer de status verandert, en u kunt altijd op een andere manier inloggen dan met een QR-code.'
		]
	},
	limits: {
		title: 'Wat nog niet goed is, of niet bekend',
		points: [
			'Wij hebben dit portaal niet getest met mensen die elke dag een schermlezer of een ander hulpmiddel gebruiken.',
			'Een QR-code om in te loggen werkt vijf minuten. Langer kan niet: u kunt zo vaak als u wilt een nieuwe code maken.',
			'De inlogpagina’s van instellingen en de wallet-apps zijn niet van ons. Wij weten niet hoe toegankelijk die zijn.'
		]
	},
	contact: {
		title: 'Werkt er iets niet voor u?',
		what: 'Meld het bij de helpdesk van uw instelling. Vertel welke pagina het was, wat u wilde doen en welk hulpmiddel u gebruikt.',
		answer: 'U krijgt antwoord van de helpdesk. Die geeft uw melding door aan de makers van dit portaal.'
	},
	complaint: {
		title: 'Niet tevreden met het antwoord?',
		what: 'Dan kunt u een klacht indienen bij uw instelling. Helpt dat ook niet? Dan kunt u terecht bij de Nationale ombudsman of het College voor de Rechten van de Mens.'
	},
	drawnUp: (date) => `Deze verklaring is opgesteld op ${date}, op basis van onze eigen tests.`
};
