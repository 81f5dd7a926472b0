import type { Texts } from '../index';

export const account: Texts['account'] = {
	ending: {
		title: 'U wordt binnen 2 minuten uitgelogd.',
		what: 'Log opnieuw in om door te gaan. U komt dan terug op deze pagina.',
		again: 'Opnieuw inloggen',
		idle: 'U hebt hier een tijd niets gedaan. Wilt u doorgaan?',
		stay: 'Ingelogd blijven',
		over: 'U bent uitgelogd.',
		unreachable: 'Er is even geen verbinding. Wij blijven het proberen.'
	},
	title: 'Uw account',
	unlinkedNotice: 'De wallet is ontkoppeld.',
	person: {
		title: 'Wie u bent',
		name: 'Naam',
		email: 'E-mailadres',
		institution: 'Instelling'
	},
	session: {
		title: 'Hoe u bent ingelogd',
		provider: 'Ingelogd via',
		providers: { sts: 'uw instelling', 'sts-wallet': 'uw wallet' },
		level: 'Controle bij het inloggen',
		levels: {
			'one-check': 'zonder extra stap',
			'extra-check': 'met een extra stap',
			'strong-check': 'met een extra stap en extra beveiliging',
			low: 'op niveau laag',
			substantial: 'op niveau substantieel',
			high: 'op niveau hoog',
			institution: 'uw instelling kent u',
			names: 'uw naam is gecontroleerd',
			student: 'uw instelling kent u als student'
		},
		means: 'U gebruikte',
		meansOf: {
			wallet: 'uw wallet',
			pwd: 'een wachtwoord',
			otp: 'een eenmalige code',
			sms: 'een code in een sms',
			tel: 'een telefoontje',
			pin: 'een pincode',
			hwk: 'een beveiligde sleutel op uw apparaat',
			swk: 'een sleutel in een app',
			pop: 'een digitale sleutel',
			sc: 'een pas met een chip',
			face: 'uw gezicht',
			fpt: 'uw vingerafdruk',
			iris: 'een scan van uw oog',
			retina: 'een scan van uw oog',
			vbm: 'uw stem',
			kba: 'een controlevraag',
			geo: 'uw locatie',
			user: 'een bevestiging op uw apparaat',
			wia: 'uw Windows-account',
			rba: 'een controle op risico’s',
			mca: 'een bevestiging op een andere manier',
			mfa: 'een extra stap'
		},
		expires: 'Ingelogd tot',
		idle: 'Doet u niets, dan wordt u uitgelogd na',
		minutes: (count) => `${count} minuten`
	},
	dutchTime: (moment) => `${moment} (Nederlandse tijd)`,
	technical: {
		title: 'Technische gegevens voor de helpdesk',
		explain: 'U hebt deze gegevens alleen nodig als de helpdesk erom vraagt.',
		userId: 'Gebruikersnummer',
		eduid: 'eduID',
		institution: 'Instelling',
		acr: 'Betrouwbaarheidsniveau (acr)',
		amr: 'Gebruikte methoden (amr)',
		walletId: 'Walletnummer',
		walletProvider: 'Code van de aanbieder',
		walletInstitution: 'Code van de instelling'
	},
	wallets: {
		title: 'Uw gekoppelde wallets',
		explain: 'Met een gekoppelde wallet kunt u inloggen.',
		none: 'Er is geen wallet aan uw account gekoppeld.',
		unknown: 'Wij kunnen uw wallets nu niet tonen. Probeer het later opnieuw.',
		linkedNotice: 'Uw wallet is gekoppeld. De volgende keer hebt u alleen uw wallet nodig om in te loggen.',
		name: (position) => `Wallet ${position}`,
		provider: 'Aanbieder',
		institution: 'Instelling',
		createdAt: 'Gekoppeld op',
		lastUsedAt: 'Laatst gebruikt',
		unlink: (position) => `Wallet ${position} ontkoppelen`
	},
	redirect: {
		title: 'U wordt uitgelogd',
		what: 'U bent hier uitgelogd. Nu wordt u ook uitgelogd bij de inlogdienst. Gebeurt er niets? Gebruik dan deze link:',
		link: 'Uitloggen bij de inlogdienst'
	},
	sessions: {
		title: 'Waar u bent ingelogd',
		what: 'Bekijk in welke browsers u bent ingelogd. U kunt daar ook uitloggen.',
		link: 'Bekijken waar u bent ingelogd',
		explain: 'U bent ingelogd met deze browsers. Is een van die browsers niet van u? Log daar dan uit.',
		onlyThis: 'U ziet hier alleen de browser die u nu gebruikt.',
		unknown: 'Wij kunnen uw andere browsers nu niet tonen. Probeer het later opnieuw.',
		noOthers: 'U bent nergens anders ingelogd.',
		current: 'Deze browser gebruikt u nu.',
		name: (browser, system) =>
			browser && system
				? `${browser} op ${system}`
				: (browser ?? (system ? `Onbekende browser op ${system}` : 'Onbekende browser')),
		startedAt: 'Ingelogd op',
		activeAt: 'Laatst gebruikt',
		endOne: (name) => `Uitloggen in ${name}`,
		endOthers: 'Overal elders uitloggen',
		endAll: 'Overal uitloggen',
		toAccount: 'Terug naar uw account',
		notices: {
			one: 'U bent nu uitgelogd in die browser.',
			others: 'U bent nu overal elders uitgelogd.'
		},
		confirm: {
			one: {
				title: (name) => `Uitloggen in ${name}?`,
				what: 'Wie die browser gebruikt, moet daarna opnieuw inloggen.',
				button: 'Ja, daar uitloggen'
			},
			others: {
				title: 'Overal elders uitloggen?',
				what: 'U blijft hier ingelogd. In al uw andere browsers moet u opnieuw inloggen.',
				button: 'Ja, overal elders uitloggen'
			},
			all: {
				title: 'Overal uitloggen?',
				what: 'U bent dan uitgelogd in al uw browsers, en ook hier.',
				button: 'Ja, overal uitloggen'
			},
			newer: 'Wij willen zeker weten dat u het bent. Log daarom eerst opnieuw in.',
			stronger: 'Hiervoor moet u inloggen met een extra stap, zoals een code op uw telefoon. Log eerst opnieuw in.',
			cancel: 'Nee, terug naar de lijst'
		}
	},
	unlink: {
		title: (position) => `Wallet ${position} ontkoppelen?`,
		what: 'Daarna kunt u niet meer inloggen met deze wallet. U kunt hem later opnieuw koppelen.',
		button: 'Ja, deze wallet ontkoppelen',
		newer: 'Wij willen zeker weten dat u het bent. Log daarom opnieuw in voordat u een wallet ontkoppelt.',
		stronger:
			'Hiervoor moet u inloggen met een extra stap, zoals een code op uw telefoon. Log opnieuw in voordat u een wallet ontkoppelt.',
		signInAgain: 'Opnieuw inloggen',
		cancel: 'Nee, terug naar uw account'
	},
	stepUp: {
		stronger: {
			title: 'Inloggen met een extra stap',
			what: 'Dit onderdeel is extra beveiligd. Wij willen zeker weten dat u het bent.',
			next: 'Log opnieuw in. De extra stap is bijvoorbeeld een code op uw telefoon.',
			button: 'Opnieuw inloggen'
		},
		newer: {
			title: 'Opnieuw inloggen',
			what: 'Dit onderdeel is extra beveiligd. Wij willen zeker weten dat u het bent.',
			next: 'Het is een tijd geleden dat u inlogde. Daarom moet u opnieuw inloggen.',
			button: 'Opnieuw inloggen'
		},
		done: {
			title: 'Het opnieuw inloggen is gelukt',
			what: 'Wij weten nu zeker dat u het bent.',
			next: 'U kunt dit onderdeel nu openen.',
			button: 'Doorgaan'
		},
		refused: {
			title: 'Het opnieuw inloggen is niet gelukt',
			what: 'De inlogdienst heeft niet bevestigd dat u het bent. Daarom kunt u dit onderdeel nu niet openen. U bent nog wel ingelogd.',
			next: 'Bent u zelf gestopt, of had u uw telefoon niet bij u? Probeer het dan opnieuw.',
			button: 'Opnieuw proberen'
		},
		other: {
			title: 'Er is nu iemand anders ingelogd',
			what: 'In deze browser was iemand anders ingelogd. Voor die persoon hebben wij niets gedaan.',
			next: 'Controleer of u dit bent.',
			button: 'Doorgaan'
		},
		signedInAs: (name) => `U bent ingelogd als ${name}.`,
		wallet: 'Inloggen met uw wallet',
		toAccount: 'Terug naar uw account'
	}
};
