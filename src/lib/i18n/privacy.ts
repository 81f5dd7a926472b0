import type { Locale } from './locale';

/** A point of a long text. `only`: the point is about a part of the portal, and is left out if that is switched off. */
export type Point = string | { readonly only: PortalPart; readonly text: string };

type PortalPart = 'institution' | 'wallet' | 'browserList';

/** The points that apply to this deployment. */
export function pointsFor(
	points: readonly Point[],
	parts: Readonly<Partial<Record<PortalPart, boolean>>>
): readonly string[] {
	return points
		.filter((point) => typeof point === 'string' || parts[point.only] === true)
		.map((point) => (typeof point === 'string' ? point : point.text));
}

interface Part {
	readonly title: string;
	readonly points: readonly Point[];
}

/** How the portal itself processes personal data, for institutions that configure no privacy statement of their own. */
const en = {
	title: 'Privacy statement',
	intro: 'On this page you read what this portal does with your details.',
	parts: [
		{
			title: 'Which details we use',
			points: [
				{
					only: 'institution',
					text: 'Do you sign in with your institution? Then we get your name, your e-mail address, your eduID and the name of your institution.'
				},
				{
					only: 'wallet',
					text: 'Do you sign in with your wallet? Then we use the details that you share. Your wallet shows which ones they are before you share them.'
				},
				'With these details we sign you in and show you your own account.',
				{ only: 'wallet', text: 'With these details we also link your wallet to your account.' },
				'We use them for nothing else.'
			]
		},
		{
			title: 'What we keep, and for how long',
			points: [
				'We keep your details in your own browser, as long as you are signed in. They are in a cookie that only we can read. If you sign out, the cookie is gone.',
				{
					only: 'browserList',
					text: 'We also keep a list of the browsers in which you are signed in, until you sign out there. It has the kind of browser, how you signed in and when you last used it. It does not say where you were.'
				},
				{
					only: 'wallet',
					text: 'The service that checks wallets remembers that a wallet is yours. It does so until you unlink the wallet on your account page.'
				},
				'We write down what goes wrong, with a help code and a time. There are no names in that.',
				{ only: 'wallet', text: 'There are no details from your wallet in it either.' },
				'We also write down when you sign in and out. Instead of your name there is a code, which only we can connect to you.',
				{ only: 'wallet', text: 'In the same way we write down when you link or unlink a wallet.' },
				'We also write down from which network you came. Your institution decides how long these details are kept.'
			]
		},
		{
			title: 'Cookies',
			points: [
				'A cookie is a small file that a site keeps in your browser. We only use cookies that we need: to sign you in, and to remember your language.',
				{ only: 'wallet', text: 'We also remember which device has your wallet.' },
				{ only: 'institution', text: 'We also remember which institution you chose last.' },
				'We don’t follow you on other sites, and we have no advertising.'
			]
		}
	] as readonly Part[],
	rights: {
		title: 'Your rights',
		what: 'You may ask which details we have about you, and have them changed or deleted.',
		complaint:
			'Not satisfied with the answer? You can make a complaint to the Dutch Data Protection Authority (Autoriteit Persoonsgegevens).'
	}
};

type Privacy = typeof en;

/** The same statement in plain Dutch. */
const nl: Privacy = {
	title: 'Privacyverklaring',
	intro: 'Op deze pagina leest u wat dit portaal met uw gegevens doet.',
	parts: [
		{
			title: 'Welke gegevens wij gebruiken',
			points: [
				{
					only: 'institution',
					text: 'Logt u in via uw instelling? Dan krijgen wij uw naam, uw e-mailadres, uw eduID en de naam van uw instelling.'
				},
				{
					only: 'wallet',
					text: 'Logt u in met uw wallet? Dan gebruiken wij de gegevens die u deelt. In uw wallet ziet u welke dat zijn, voordat u ze deelt.'
				},
				'Met deze gegevens loggen wij u in en tonen wij uw eigen account.',
				{ only: 'wallet', text: 'Met deze gegevens koppelen wij ook uw wallet aan uw account.' },
				'Wij gebruiken ze nergens anders voor.'
			]
		},
		{
			title: 'Wat wij bewaren, en hoe lang',
			points: [
				'Wij bewaren uw gegevens in uw eigen browser, zolang u bent ingelogd. Ze staan in een cookie die alleen wij kunnen lezen. Logt u uit, dan is de cookie weg.',
				{
					only: 'browserList',
					text: 'Wij bewaren ook een lijst van de browsers waarin u bent ingelogd, tot u daar uitlogt. In de lijst staan het soort browser, hoe u bent ingelogd en wanneer u de browser het laatst gebruikte. Er staat niet in waar u was.'
				},
				{
					only: 'wallet',
					text: 'De dienst die wallets controleert, bewaart dat een wallet van u is. Dat blijft zo tot u de wallet ontkoppelt op uw accountpagina.'
				},
				'Wij schrijven op wat er misgaat, met een hulpcode en een tijd. Daar staan geen namen bij.',
				{ only: 'wallet', text: 'Daar staan ook geen gegevens uit uw wallet bij.' },
				'Wij schrijven ook op wanneer u in- en uitlogt. In plaats van uw naam staat er een code, die alleen wij aan u kunnen koppelen.',
				{ only: 'wallet', text: 'Op dezelfde manier schrijven wij op wanneer u een wallet koppelt of ontkoppelt.' },
				'Wij schrijven ook op vanaf welk netwerk u kwam. Uw instelling bepaalt hoe lang deze gegevens worden bewaard.'
			]
		},
		{
			title: 'Cookies bij ons',
			points: [
				'Een cookie is een klein bestand dat een site in uw browser bewaart. Wij gebruiken alleen cookies die nodig zijn: om u in te loggen, en om uw taal te onthouden.',
				{ only: 'wallet', text: 'Wij onthouden ook op welk apparaat uw wallet staat.' },
				{ only: 'institution', text: 'Wij onthouden ook welke instelling u het laatst koos.' },
				'Wij volgen u niet op andere sites, en er is hier geen reclame.'
			]
		}
	],
	rights: {
		title: 'Uw rechten',
		what: 'U mag vragen welke gegevens wij van u hebben. U mag ze ook laten veranderen of verwijderen.',
		complaint: 'Niet tevreden met het antwoord? U kunt een klacht indienen bij de Autoriteit Persoonsgegevens.'
	}
};

const statements: Readonly<Record<Locale, Privacy>> = { nl, en };

/** Not part of the texts of every page: it is long, and only one page shows it. */
export function privacyStatement(locale: Locale): Privacy {
	return statements[locale];
}
