import type { Privacy } from './en';

/** The same statement in plain Dutch. */
export const nl: Privacy = {
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
				'Wij schrijven ook op wanneer u in- en uitlogt. In plaats van uw naam staat er een code, die alleen wij met u kunnen verbinden.',
				{ only: 'wallet', text: 'Op dezelfde manier schrijven wij op wanneer u een wallet koppelt of ontkoppelt.' },
				'Wij schrijven ook op vanaf welk netwerk u kwam. Uw instelling bepaalt hoe lang deze regels worden bewaard.'
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
