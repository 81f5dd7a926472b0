import type { Texts } from '../en';

export const login: Texts['login'] = {
	title: 'Inloggen',
	intro: 'Kies hoe u wilt inloggen.',
	problem: 'Het inloggen is niet gelukt',
	startAgain: 'Opnieuw beginnen',
	otherWay: 'Of kies de andere manier om in te loggen.',
	institution: {
		title: 'Met uw instelling',
		explain: 'U gaat naar de inlogpagina van uw school of universiteit. Als u klaar bent, komt u hier terug.',
		choose: 'Kies uw instelling:',
		button: 'Inloggen met uw instelling',
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
			narrow: 'Typ meer van de naam om er minder te zien.',
			page: (page) => `pagina ${page}`,
			pages: 'Meer instellingen',
			previous: 'Vorige instellingen',
			next: 'Volgende instellingen',
			cleared: 'Het zoekveld is leeg.',
			failed: 'Zoeken tijdens het typen werkt nu niet. Typ de naam en kies Zoeken.'
		}
	},
	wallet: {
		title: 'Met uw wallet',
		explain: 'Een wallet is een app op uw telefoon waarin uw digitale kaarten zitten. U kiest zelf wat u deelt.',
		button: 'Inloggen met uw wallet'
	},
	stopped: {
		title: 'U bent gestopt met inloggen met uw wallet',
		nothing_shared: 'Er is niets gedeeld.',
		still_open: 'Er is nog niets gedeeld. Staat de aanvraag nog open in uw wallet? Sluit die daar dan.',
		nothing_linked: 'Er is niets gekoppeld. Wij hebben niets bewaard van wat uw wallet deelde.',
		nothing_kept: 'U bent niet ingelogd. Wij hebben niets bewaard van wat uw wallet deelde.'
	},
	errors: {
		access_denied: {
			what: 'U bent gestopt met inloggen, of het werd niet toegestaan.',
			next: 'Probeer het opnieuw.'
		},
		sign_in_failed: {
			what: 'Er ging iets mis bij het inloggen.',
			next: 'Probeer het opnieuw.'
		},
		sign_in_interrupted: {
			what: 'Wij kunnen het inloggen niet afmaken. Misschien was u al klaar, of begon u in een andere browser.',
			next: 'Begin opnieuw.'
		},
		sign_in_expired: {
			what: 'Het inloggen duurde te lang. U hebt er een kwartier voor.',
			next: 'Begin opnieuw. Daarna gaat u naar de pagina die u wilde openen.'
		},
		sign_in_replaced: {
			what: 'U bent daarna in andere tabbladen opnieuw begonnen. Daarom kunt u in dit tabblad niet verder.',
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
			next: 'Sta cookies toe voor deze site en begin opnieuw. U hebt een half uur de tijd.'
		},
		session_expired: {
			what: 'U bent automatisch uitgelogd.',
			next: 'Log opnieuw in.'
		},
		session_too_large: {
			what: 'Wij krijgen te veel gegevens over u. Daarom kunnen wij u niet inloggen.',
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
			what: 'Er is nog iets van u nodig om in te loggen. U moet bijvoorbeeld eerst ergens mee akkoord gaan.',
			next: 'Begin opnieuw en volg de stappen op het scherm.'
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
			next: 'Kies uw instelling uit de lijst.'
		}
	}
};
