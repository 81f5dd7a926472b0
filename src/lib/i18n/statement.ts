import type { Point } from './privacy';
import type { Locale } from './locale';

/** The compliance status of a site, in the classes of the Dutch model statement. */
export type ComplianceStatus = 'A' | 'B' | 'C' | 'D' | 'E';

interface Words {
	readonly title: string;
	readonly what: string;
}

const statuses: Readonly<Record<ComplianceStatus, Words>> = {
	A: {
		title: 'Status A: this portal complies',
		what: 'The portal was assessed completely, and no faults were found.'
	},
	B: {
		title: 'Status B: this portal complies in part',
		what: 'The portal was assessed completely. Some faults were found. Below you read which ones, and what is done about them.'
	},
	C: {
		title: 'Status C: first measures taken',
		what: 'The portal is partly tested. No independent body has assessed it completely yet, so we can’t say that it meets every requirement.'
	},
	D: {
		title: 'Status D: this portal does not comply',
		what: 'We know that the portal does not meet the requirements, and not enough is done about it yet.'
	},
	E: {
		title: 'Status E: not assessed',
		what: 'Nobody has looked yet at how accessible this portal is.'
	}
};

/** The accessibility statement, divided into the parts of the Dutch model statement. */
const en = {
	title: 'Accessibility statement',
	intro: 'Everybody must be able to sign in. That is why this portal is made for people with and without a disability.',
	scope: {
		title: 'What this statement is about',
		by: (organisation: string) => `This is the statement of ${organisation}.`,
		what: (site: string) => `It is about every page of this portal, at ${site}.`,
		not: [
			'It is not about the sign-in pages of institutions. Those are made by others.',
			{ only: 'wallet', text: 'Wallet apps are made by others too.' }
		] as readonly Point[],
		standard: 'We follow EN 301 549 and WCAG 2.2, level AA. These are the rules for accessible sites.',
		register: 'This statement in the public register'
	},
	statuses,
	tested: {
		title: 'What is tested',
		points: [
			'Every page works with the keyboard alone, and you can sign in without JavaScript.',
			'Each page is checked automatically for known faults. This is done in Dutch and English, in light and dark colours, and in high contrast.',
			'Pages are checked at a width of 320 pixels and enlarged to 400 %.',
			'Screen readers are told when something changes.',
			{ only: 'wallet', text: 'You can always choose another way to sign in than scanning a QR code.' }
		] as readonly Point[],
		reports: 'Reports',
		report: (date: string) => `of ${date}`
	},
	findings: {
		title: 'What is not good yet, or not known',
		points: [
			'This portal was not tested with people who use a screen reader or other aids every day.',
			{
				only: 'wallet',
				text: 'A QR code for signing in works for five minutes. This can’t be made longer, but a new code comes by itself. You can also ask for one.'
			},
			{
				only: 'wallet',
				text: 'After scanning, you have what is left of those five minutes to confirm who you are. That can’t be made longer either. Is the time over? Then you start again.'
			}
		] as readonly Point[],
		measure: (text: string) => `What is done about it: ${text}`,
		until: (date: string) => `Solved before ${date}.`
	},
	measures: {
		title: 'What we do to keep it accessible',
		points: [
			'At every change, all pages are tested again. Do the tests find a fault? Then the change does not go ahead.',
			'What people tell us goes to the makers of this portal.'
		]
	},
	contact: {
		title: 'Does something not work for you?',
		what: 'Please tell us. Say which page it was, what you wanted to do, and which aid you use.',
		answer: 'You get an answer there.'
	},
	enforcement: {
		title: 'Not satisfied with the answer?',
		what: 'Then you can make a complaint to your institution. Doesn’t that help? You can go to the National Ombudsman (Nationale ombudsman). You can also go to the Netherlands Institute for Human Rights (College voor de Rechten van de Mens).'
	},
	drawnUp: (date: string) => `This statement was last looked at on ${date}.`,
	signed: (by: string) => `It was agreed to by: ${by}.`
};

type Statement = typeof en;

/** The same statement in plain Dutch. */
const nl: Statement = {
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
				text: 'Een QR-code om in te loggen werkt vijf minuten. Langer kan niet, maar er komt vanzelf een nieuwe code. U kunt er ook om vragen.'
			},
			{
				only: 'wallet',
				text: 'Na het scannen hebt u de rest van die vijf minuten om te bevestigen wie u bent. Ook dat kan niet langer. Is de tijd om? Dan begint u opnieuw.'
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

/** The date of the last review of the statement (ISO 8601). */
export const STATEMENT_DATE = '2026-11-24';

const statements: Readonly<Record<Locale, Statement>> = { nl, en };

/** Not part of the texts of every page: it is long, and only one page shows it. */
export function statement(locale: Locale): Statement {
	return statements[locale];
}
