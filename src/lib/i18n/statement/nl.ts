import type { Statement } from './en';

/** The same statement in plain Dutch. */
export const nl: Statement = {
	title: 'Toegankelijkheids\u00ADverklaring',
	intro: 'Iedereen moet kunnen inloggen. Daarom is dit portaal gemaakt voor mensen met en zonder een beperking.',
	scope: {
		title: 'Waar deze verklaring over gaat',
		by: (organisation) => `Dit is de verklaring van ${organisation}.`,
		what: (site) => `De verklaring gaat over alle pagina’s van dit portaal, op ${site}.`,
		not: [
			'De verklaring gaat niet over de inlogpagina’s van instellingen. Die zijn door anderen gemaakt.',
			{ only: 'wallet', text: 'Ook wallet-apps zijn door anderen gemaakt.' }
		],
		standard: 'Wij volgen EN 301 549 en WCAG 2.2, niveau AA. Dat zijn de regels voor toegankelijke sites.',
		register: 'Deze verklaring in het openbare register'
	},
	statuses: {
		A: {
			title: 'Status A: voldoet volledig',
			what: 'Het portaal is volledig onderzocht. Er zijn geen fouten gevonden.'
		},
		B: {
			title: 'Status B: voldoet gedeeltelijk',
			what: 'Het portaal is volledig onderzocht. Er zijn fouten gevonden. Hieronder leest u welke dat zijn en wat eraan gedaan wordt.'
		},
		C: {
			title: 'Status C: eerste maatregelen genomen',
			what: 'Het portaal is voor een deel getest. Er is nog geen volledig onderzoek gedaan door een onafhankelijke partij. Daarom kunnen wij niet zeggen dat het aan alle eisen voldoet.'
		},
		D: {
			title: 'Status D: voldoet niet',
			what: 'Wij weten dat het portaal niet aan de eisen voldoet. Er wordt nog te weinig aan gedaan.'
		},
		E: {
			title: 'Status E: niet onderzocht',
			what: 'Er is nog niet onderzocht hoe toegankelijk dit portaal is.'
		}
	},
	tested: {
		title: 'Wat er getest is',
		points: [
			'Elke pagina werkt met alleen het toetsenbord, en u kunt inloggen zonder JavaScript.',
			'Elke pagina wordt automatisch gecontroleerd op bekende fouten: in het Nederlands en het Engels, in lichte en donkere kleuren en met hoog contrast.',
			'De pagina’s zijn bekeken op een breedte van 320 pixels en vergroot tot 400 %.',
			'Een schermlezer meldt het als er iets verandert.',
			{ only: 'wallet', text: 'U kunt altijd op een andere manier inloggen dan met een QR-code.' }
		],
		reports: 'Rapporten',
		report: (date) => `van ${date}`
	},
	findings: {
		title: 'Wat nog niet goed is, of niet bekend',
		points: [
			'Dit portaal is niet getest met mensen die elke dag een schermlezer of een ander hulpmiddel gebruiken.',
			{
				only: 'wallet',
				text: 'Een QR-code om in te loggen werkt vijf minuten. Langer kan niet. Wel komt er vanzelf een nieuwe code, of als u erom vraagt.'
			}
		],
		measure: (text) => `Wat eraan gedaan wordt: ${text}`,
		until: (date) => `Opgelost vóór ${date}.`
	},
	measures: {
		title: 'Hoe wij het toegankelijk houden',
		points: [
			'Bij elke verandering worden alle pagina’s opnieuw getest. Vinden de tests een fout? Dan gaat de verandering niet door.',
			'Wat mensen ons melden, gaat naar de makers van dit portaal.'
		]
	},
	contact: {
		title: 'Werkt er iets niet voor u?',
		what: 'Laat het ons weten. Vertel welke pagina het was, wat u wilde doen en welk hulpmiddel u gebruikt.',
		answer: 'U krijgt daar antwoord.'
	},
	enforcement: {
		title: 'Niet tevreden met het antwoord?',
		what: 'Dan kunt u een klacht indienen bij uw instelling. Helpt dat ook niet? Dan kunt u terecht bij de Nationale ombudsman of het College voor de Rechten van de Mens.'
	},
	drawnUp: (date) => `Deze verklaring is voor het laatst bekeken op ${date}.`,
	signed: (by) => `Akkoord gegeven door: ${by}.`
};
