import type { Texts } from '../index';

export const home: Texts['home'] = {
	title: 'Inloggen bij uw school of universiteit',
	intro: 'Met dit portaal logt u in bij de diensten van uw school of universiteit.',
	ways: 'Dat kan op twee manieren. Ze zijn allebei even goed:',
	withInstitution: 'met het account van uw instelling;',
	withWallet: 'met een wallet: een app op uw telefoon waarin uw digitale kaarten zitten.',
	onlyInstitution: 'U logt in met het account van uw instelling.',
	onlyWallet: 'U logt in met een wallet: een app op uw telefoon waarin uw digitale kaarten zitten.',
	signedInAs: (name) => `U bent ingelogd als ${name}.`,
	signedIn: 'U bent ingelogd.',
	toAccount: 'Naar uw account',
	signedOut: 'U bent uitgelogd.',
	signedOutNext: 'Gebruiken anderen dit apparaat ook? Sluit dan ook uw browser.'
};

export const login: Texts['login'] = {
	title: 'Inloggen',
	intro: 'Kies hoe u wilt inloggen.',
	problem: 'Het inloggen is niet gelukt',
	signedOut: 'U bent uitgelogd',
	startAgain: 'Opnieuw beginnen',
	otherWay: 'Of kies de andere manier om in te loggen.',
	institution: {
		title: 'Via uw instelling',
		explain: 'U gaat naar de inlogpagina van uw school of universiteit. Als u klaar bent, komt u hier terug.',
		choose: 'Kies uw instelling:',
		button: 'Inloggen via uw instelling',
		last: 'De vorige keer koos u:',
		other: 'Of kies een andere instelling:',
		search: {
			label: 'Zoek uw instelling',
			other: 'Of zoek een andere instelling',
			button: 'Zoeken',
			list: 'Instellingen',
			all: (count) => `Alle ${count} instellingen`,
			found: (count, shown) =>
				count === 0
					? 'Geen instelling gevonden'
					: count === 1
						? '1 instelling gevonden'
						: `${shown} instellingen gevonden`,
			tryAgain: 'Typ een deel van de naam, of een afkorting.',
			part: (from, to) => `U ziet nummer ${from} tot en met ${to}.`,
			narrow: 'Typ een langer stuk van de naam. Dan ziet u er minder.',
			page: (page) => `pagina ${page}`,
			pages: 'Meer instellingen',
			previous: 'Vorige instellingen',
			next: 'Volgende instellingen',
			cleared: 'Het zoekveld is leeg.',
			failed: 'Zoeken tijdens het typen werkt nu niet. Typ de naam en kies ‘Zoeken’.'
		}
	},
	wallet: {
		title: 'Met uw wallet',
		explain: 'Een wallet is een app op uw telefoon waarin uw digitale kaarten zitten. U kiest zelf wat u deelt.',
		button: 'Inloggen met uw wallet'
	},
	stopped: {
		title: 'U bent gestopt met inloggen',
		nothing_shared: 'Er is niets gedeeld.',
		still_open: 'Er is nog niets gedeeld. Staat de aanvraag nog open in uw wallet? Sluit die daar dan.',
		nothing_linked: 'Er is niets gekoppeld. Wij hebben niets bewaard van wat u deelde.',
		nothing_kept:
			'U bent niet ingelogd. Was u uw wallet aan het koppelen? Dan is die misschien al gekoppeld. Dat ziet u bij ‘Uw account’ als u inlogt.'
	},
	errors: {
		access_denied: {
			what: 'U bent gestopt met inloggen, of u mag hier niet inloggen.',
			next: 'Probeer het opnieuw.'
		},
		sign_in_failed: {
			what: 'Er ging iets mis bij het inloggen.',
			next: 'Probeer het opnieuw.'
		},
		sign_in_interrupted: {
			what: 'Wij kunnen het inloggen niet afmaken. Misschien was u al ingelogd, of begon u in een andere browser.',
			next: 'Begin opnieuw.'
		},
		sign_in_expired: {
			what: 'Het inloggen duurde te lang. U hebt er een kwartier voor.',
			next: 'Begin opnieuw. Daarna gaat u naar de pagina die u wilde openen.'
		},
		sign_in_replaced: {
			what: 'U bent later opnieuw begonnen in andere tabbladen. Daarom kunt u in dit tabblad niet verder.',
			next: 'Ga verder in een van die tabbladen, of begin hier opnieuw.'
		},
		sign_in_updated: {
			what: 'Deze site is vernieuwd terwijl u aan het inloggen was.',
			next: 'Begin opnieuw. Daarna gaat u naar de pagina die u wilde openen.'
		},
		cookies_required: {
			what: 'Uw browser heeft onze cookies niet bewaard. Zonder cookies kunt u niet inloggen.',
			next: 'Sta cookies toe voor deze site en probeer het opnieuw.'
		},
		transaction_expired: {
			what: 'Het inloggen duurde te lang, of uw browser heeft onze cookies niet bewaard.',
			next: 'Begin opnieuw. Gebeurt het weer? Sta dan cookies toe voor deze site.'
		},
		session_expired: {
			what: 'Dat gebeurt na een tijd vanzelf.',
			next: 'Log opnieuw in.'
		},
		session_ended: {
			what: 'U hebt uitgelogd in een ander tabblad of op een ander apparaat, of uw instelling heeft u uitgelogd.',
			next: 'Log opnieuw in. Hebt u niet zelf uitgelogd? Vraag het dan aan de helpdesk van uw instelling.'
		},
		session_too_large: {
			what: 'Wij kregen meer gegevens dan wij kunnen verwerken. Daarom kunnen wij u niet inloggen.',
			next: 'Vraag het aan de helpdesk van uw instelling.'
		},
		sts_unavailable: {
			what: 'De inlogdienst is nu niet bereikbaar. Dat ligt niet aan u.',
			next: 'Wacht een paar minuten en probeer het opnieuw.'
		},
		portal_misconfigured: {
			what: 'Deze site is niet goed ingesteld. Daarom kunt u nu niet inloggen.',
			next: 'Wachten of opnieuw proberen helpt niet. Meld het bij de helpdesk.'
		},
		interaction_required: {
			what: 'U moet nog iets doen voordat u kunt inloggen, bijvoorbeeld ergens mee akkoord gaan.',
			next: 'Begin opnieuw en volg de stappen op het scherm.'
		},
		step_up_refused: {
			what: 'De inlogdienst kon niet goed genoeg controleren of u het bent.',
			next: 'Probeer het opnieuw. Gaat het weer mis? Vraag het dan aan de helpdesk van uw instelling.'
		},
		wallet_session_foreign: {
			what: 'U bent in een andere browser begonnen met inloggen.',
			next: 'Ga verder in die browser, of begin hier opnieuw.'
		},
		wallet_session_not_found: {
			what: 'Het inloggen met uw wallet is gestopt. U bent niet ingelogd.',
			next: 'Begin opnieuw.'
		},
		wallet_not_confirmed: {
			what: 'Uw wallet heeft het inloggen nog niet bevestigd.',
			next: 'Begin opnieuw en deel uw gegevens in de wallet.'
		},
		rate_limited: {
			what: 'Er waren te veel pogingen in korte tijd.',
			next: 'Wacht een minuut en probeer het opnieuw.'
		},
		institution_unknown: {
			what: 'Wij kennen de gekozen instelling niet.',
			next: 'Zoek of kies uw instelling hieronder.'
		}
	}
};

export const help: Texts['help'] = {
	title: 'Hulp',
	intro: 'Korte antwoorden op veelgestelde vragen.',
	questions: [
		{
			question: 'Wat is een wallet?',
			answer:
				'Een wallet is een app op uw telefoon waarin uw digitale kaarten zitten, zoals uw studentenpas. U kiest elke keer zelf wat u deelt.'
		},
		{
			question: 'Wat is een QR-code en hoe scan ik die?',
			answer:
				'Een QR-code is een vierkant met zwarte en witte blokjes. U scant hem met uw wallet-app: richt de camera van uw telefoon op de code. Staat uw wallet op het apparaat dat u nu gebruikt? Kies dan ‘Wallet openen op dit apparaat’.'
		},
		{
			question: 'Ik heb geen wallet. Kan ik inloggen?',
			answer: 'Ja. U kunt ook inloggen via uw instelling.'
		},
		{
			question: 'Waarom moet ik bevestigen wie ik ben?',
			answer:
				'Als u een wallet voor het eerst gebruikt, weten wij nog niet dat hij van u is. U logt één keer in bij uw instelling. De volgende keer hebt u alleen uw wallet nodig om in te loggen.'
		},
		{
			question: 'Ik wil een wallet niet meer gebruiken. Wat moet ik doen?',
			answer: 'Log in en ga naar ‘Uw account’. Daar kunt u de wallet ontkoppelen.'
		}
	],
	/** The index of the question that is left out if people cannot sign in with their institution. */
	noWalletQuestion: 2,
	wallets: {
		question: 'Welke wallets kan ik gebruiken?',
		link: 'Bekijken welke wallets u hier kunt gebruiken'
	},
	howToSignIn: {
		question: 'Hoe log ik in?',
		answer: 'Kies uw instelling en log daar in. Als u klaar bent, komt u hier terug.'
	},
	contact: {
		title: 'Bij wie kan ik terecht met een vraag?',
		code: 'Hebt u een hulpcode gekregen? Geef die door aan de helpdesk. Dan kan de helpdesk opzoeken wat er misging.'
	}
};
