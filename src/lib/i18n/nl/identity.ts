import type { Texts } from '../index';

export const identity: Texts['identity'] = {
	explain: {
		title: 'Bevestig wie u bent',
		button: 'Verder naar uw instelling',
		goOn: 'Doorgaan',
		next: {
			visit: 'U logt één keer in bij uw instelling. Daarna komt u hier terug en is uw wallet aan uw account gekoppeld.',
			'step-up':
				'U logt in bij uw instelling met een extra stap, zoals een code op uw telefoon. Daarna komt u hier terug.',
			none: 'Kies ‘Doorgaan’. Meer hoeft u niet te doen.'
		},
		timeIncludes: 'Het inloggen bij uw instelling telt mee.'
	},
	reasons: {
		FIRST_TIME_LINK: 'U gebruikt deze wallet hier voor het eerst. Wij willen zeker weten dat hij van u is.',
		EXPIRED_BINDING:
			'Het is een tijd geleden dat u bevestigde dat deze wallet van u is. Wij vragen u om dat opnieuw te doen.',
		CANDIDATE_MATCH_CONFIRMATION: 'Wij vonden een account dat misschien van u is. Wij willen dat zeker weten.',
		FORCED_RECONCILIATION: 'Wij vragen u deze keer om opnieuw te bevestigen wie u bent.'
	},
	stepUp: 'Wij kennen uw wallet. Deze keer moet uw instelling extra goed controleren of u het bent.',
	reasonUnknown: 'Wij willen zeker weten dat deze wallet van u is.',
	person: {
		title: 'Deze gegevens kregen wij van uw wallet',
		givenName: 'Voornaam',
		familyName: 'Achternaam',
		birthdate: 'Geboortedatum',
		again: 'U hoeft deze gegevens niet zelf in te vullen.'
	},
	confirm: {
		title: 'Bent u dit?',
		what: 'Bevestig dat deze gegevens van u zijn. Dan koppelen wij uw wallet aan uw account.',
		choose: 'Welk account is van u?',
		chooseReason: 'Wij vonden meer dan één account dat van u kan zijn.',
		chooseWhat: 'Kies uw account. Dan koppelen wij uw wallet eraan.',
		button: 'Ja, dit ben ik',
		chooseButton: 'Dit account kiezen',
		notMe: 'Nee, dit ben ik niet',
		noneOfThese: 'Geen van deze accounts'
	},
	faults: {
		title: 'Er is een probleem',
		chooseOne: 'Kies het account dat van u is.'
	},
	inProgress: {
		title: 'Ga verder bij uw instelling',
		what: 'Uw instelling controleert op een andere pagina wie u bent. Wij wachten tot dat klaar is.',
		again: 'Opnieuw naar uw instelling',
		check: 'Ik ben daar klaar – controleren'
	},
	review: {
		title: 'Uw instelling bekijkt of deze wallet van u is',
		what: 'Iemand bij uw instelling kijkt ernaar. U hoeft daar niets voor te doen.',
		byItself: 'Deze pagina gaat vanzelf verder.',
		byPress: 'Kies af en toe ‘Opnieuw controleren’ om te zien of het klaar is.',
		later: 'Duurt het lang? U kunt deze pagina sluiten en later opnieuw inloggen met uw wallet.',
		check: 'Opnieuw controleren'
	},
	redirect: {
		title: 'U gaat naar uw instelling',
		what: 'Gebeurt er niets? Gebruik dan deze link:',
		link: 'Verder naar uw instelling'
	},
	announcements: {
		confirm: 'Bevestig wie u bent.',
		explain: 'U kunt verder naar uw instelling.',
		'in-progress': 'Wij wachten op uw instelling.',
		review: 'Uw instelling bekijkt uw aanvraag.'
	},
	unreachable: 'Er is even geen verbinding. Wij blijven het proberen.',
	back: 'Terug naar inloggen',
	without: 'Inloggen zonder deze wallet',
	ended: {
		'no-match': {
			title: 'Wij konden uw wallet niet koppelen',
			what: 'Wij vonden geen account dat bij de gegevens in uw wallet hoort.',
			next: 'Vraag uw instelling of de gegevens over u kloppen.'
		},
		'not-me': {
			title: 'Uw wallet is niet gekoppeld',
			what: 'U zei dat het niet klopt. Wij hebben niets gekoppeld en niets bewaard.',
			next: 'Vraag uw instelling of de gegevens over u kloppen. Probeer het daarna opnieuw.'
		},
		'not-me-late': {
			title: 'Misschien is de wallet al gekoppeld',
			what: 'U bent gestopt, of u zei dat u dit niet bent. Misschien was uw wallet toen al gekoppeld.',
			next: 'Vraag uw instelling of deze wallet aan het goede account gekoppeld is.'
		},
		'linked-elsewhere': {
			title: 'Deze wallet hoort bij een ander account',
			what: 'Deze wallet is al gekoppeld aan een account. U kunt hem niet twee keer koppelen.',
			next: 'Is dat ook uw eigen account? Ontkoppel de wallet daar eerst.'
		},
		'attribute-missing': {
			title: 'Uw wallet gaf te weinig gegevens door',
			what: 'Met wat u deelde, kunnen wij niet zien wie u bent.',
			next: 'Probeer het opnieuw en deel alles wat gevraagd wordt.'
		},
		'assurance-too-low': {
			title: 'Log in met een extra stap',
			what: 'De manier waarop u bij uw instelling inlogde, is niet veilig genoeg om een wallet te koppelen.',
			next: 'Vraag uw instelling hoe u inlogt met een extra stap.'
		},
		expired: {
			title: 'U kunt hier niet verder',
			what: 'Het duurde te lang, of u ging verder in een ander tabblad.',
			next: 'Log opnieuw in met uw wallet.'
		},
		'refused-at-institution': {
			title: 'Uw instelling heeft niet bevestigd wie u bent',
			what: 'U bent daar gestopt, of uw instelling keurde het niet goed. Uw wallet is niet gekoppeld.',
			next: 'Probeer het opnieuw.'
		},
		'review-refused': {
			title: 'Uw instelling heeft de koppeling afgewezen',
			what: 'Iemand bij uw instelling heeft ernaar gekeken en uw wallet niet gekoppeld.',
			next: 'Vraag uw instelling waarom, en wat u kunt doen.'
		},
		'confirmation-not-offered': {
			title: 'U kunt dit hier niet bevestigen',
			what: 'Bij uw instelling kunt u een wallet niet op deze manier koppelen.',
			next: 'Vraag uw instelling om uw wallet te koppelen.'
		},
		'not-possible': {
			title: 'Deze wallet kan niet gekoppeld worden',
			what: 'Uw instelling staat niet toe dat u deze wallet koppelt.',
			next: 'Opnieuw proberen helpt niet.'
		},
		'again-required': {
			title: 'Het koppelen van uw wallet is niet gelukt',
			what: 'U hebt bevestigd wie u bent, maar uw wallet is nog niet gekoppeld.',
			next: 'Opnieuw bevestigen helpt niet.'
		},
		foreign: {
			title: 'U bent in een andere browser begonnen',
			what: 'Voor uw veiligheid kunt u alleen verder in de browser waarin u begon.',
			next: 'Ga verder in die browser, of log hier opnieuw in met uw wallet.'
		},
		failed: {
			title: 'Het is niet gelukt om te bevestigen wie u bent',
			what: 'Er ging iets mis. Uw wallet is niet gekoppeld.',
			next: 'Log opnieuw in met uw wallet.'
		},
		unavailable: {
			title: 'U kunt nu niet bevestigen wie u bent',
			what: 'Er is een storing. Dat ligt niet aan u.',
			next: 'Wacht een paar minuten en probeer het opnieuw.'
		}
	}
};
