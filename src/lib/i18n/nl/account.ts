import type { Texts } from '../en';

export const account: Texts['account'] = {
	ending: {
		title: 'U wordt binnen 2 minuten uitgelogd.',
		what: 'Log opnieuw in om door te gaan. U komt dan terug op deze pagina.',
		again: 'Opnieuw inloggen'
	},
	title: 'Uw account',
	unlinkedNotice: 'De wallet is ontkoppeld.',
	person: {
		title: 'Wie u bent',
		name: 'Naam',
		email: 'E-mailadres',
		eduid: 'eduID',
		institution: 'Instelling',
		id: 'Gebruikersnummer'
	},
	session: {
		title: 'Hoe u bent ingelogd',
		provider: 'Ingelogd met',
		providers: { sts: 'uw instelling', 'sts-wallet': 'uw wallet' },
		acr: 'Betrouwbaarheidsniveau',
		amr: 'Gebruikte methoden',
		expires: 'Ingelogd tot'
	},
	notGiven: 'niet bekend',
	wallets: {
		title: 'Uw gekoppelde wallets',
		explain: 'Met een gekoppelde wallet kunt u inloggen.',
		none: 'Er is geen wallet aan uw account gekoppeld.',
		unknown: 'Wij kunnen uw wallets nu niet tonen. Probeer het later opnieuw.',
		name: (position) => `Wallet ${position}`,
		provider: 'Aanbieder',
		institution: 'Instelling',
		createdAt: 'Gekoppeld op',
		lastUsedAt: 'Laatst gebruikt',
		unlink: (position) => `Wallet ${position} ontkoppelen`
	},
	handover: {
		title: 'U wordt uitgelogd',
		what: 'U bent hier uitgelogd. U logt ook uit bij de inlogdienst. Gebeurt er niets? Gebruik dan deze link:',
		link: 'Uitloggen bij de inlogdienst'
	},
	signOut: { title: 'Uitloggen', explain: 'U logt hier uit, en ook bij de inlogdienst.', button: 'Uitloggen' },
	unlink: {
		title: 'Deze wallet ontkoppelen?',
		what: 'Daarna kunt u niet meer inloggen met deze wallet. U kunt hem later opnieuw koppelen.',
		button: 'Ja, deze wallet ontkoppelen',
		fresh: 'Wij willen zeker weten dat u het bent. Log daarom opnieuw in voordat u een wallet ontkoppelt.',
		freshLink: 'Opnieuw inloggen',
		ignored:
			'Wij hebben de inlogdienst gevraagd om u opnieuw te laten inloggen. Dat is niet gebeurd. Daarom kunnen wij deze wallet nu niet ontkoppelen.',
		toAccount: 'Terug naar uw account',
		ignoredNext: 'Log uit, log weer in en probeer het nog een keer. Lukt het dan ook niet?',
		cancel: 'Nee, terug naar uw account'
	}
};
