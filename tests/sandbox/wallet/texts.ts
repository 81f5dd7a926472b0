import type { Ending } from './page.ts';

export interface WalletTexts {
	readonly language: 'nl' | 'en';
	readonly title: string;
	/** @param host of the verifier, as it is in the signed request */
	asks(host: string): string;
	readonly whose: string;
	readonly share: string;
	readonly decline: string;
	readonly goOn: string;
	readonly back: string;
	/** Names of claims; others are shown as they are in the request. */
	readonly claims: Readonly<Record<string, string>>;
	readonly endings: Readonly<Record<Ending, { readonly title: string; readonly text: string }>>;
}

const nl: WalletTexts = {
	language: 'nl',
	title: 'Wilt u uw gegevens delen?',
	asks: (host) => `${host} vraagt om:`,
	whose: 'Van wie is deze wallet?',
	share: 'Delen',
	decline: 'Niet delen',
	goOn: 'Ga verder in het venster waar u vandaan kwam, of',
	back: 'ga hier terug naar de portal',
	claims: {
		given_name: 'voornaam',
		family_name: 'achternaam',
		birthdate: 'geboortedatum',
		email: 'e-mailadres',
		eduid: 'eduID',
		schac_home_organization: 'instelling',
		eduperson_principal_name: 'gebruikersnaam',
		eduperson_scoped_affiliation: 'rol bij uw instelling'
	},
	endings: {
		about: {
			title: 'Welke wallets werken hier?',
			text: 'Dit is een proefomgeving. De testwallet opent u met de knop bij de code. Ontwikkelaars gebruiken ook ‘npm run wallet’. Over een wallet-app op een telefoon: tests/sandbox/README.md.'
		},
		shared: { title: 'Gedeeld', text: 'De portal heeft uw antwoord.' },
		declined: { title: 'Niets gedeeld', text: 'Uw gegevens zijn in uw wallet gebleven.' },
		refused: { title: 'Niet aangenomen', text: 'De gegevens zijn geweigerd.' },
		answered: { title: 'Deze aanvraag is al beantwoord', text: 'U hoeft hier niets meer te doen.' },
		expired: {
			title: 'Deze aanvraag is verlopen',
			text: 'Er is niets gedeeld. Vraag een nieuwe code waar u deze vond.'
		},
		untrusted: { title: 'Deze aanvraag is niet te vertrouwen', text: 'Er is niets gedeeld.' }
	}
};

const en: WalletTexts = {
	language: 'en',
	title: 'Share your data?',
	asks: (host) => `${host} asks for:`,
	whose: 'Whose wallet is this?',
	share: 'Share',
	decline: 'Decline',
	goOn: 'Go on in the window you came from, or',
	back: 'go back to the portal here',
	claims: {
		given_name: 'given name',
		family_name: 'family name',
		birthdate: 'date of birth',
		email: 'email address',
		eduid: 'eduID',
		schac_home_organization: 'institution',
		eduperson_principal_name: 'user name',
		eduperson_scoped_affiliation: 'role at your institution'
	},
	endings: {
		about: {
			title: 'Which wallets work here?',
			text: 'This is a test environment. The button beside the code opens the test wallet. Developers also use “npm run wallet”. About a wallet app on a phone: tests/sandbox/README.md.'
		},
		shared: { title: 'Shared', text: 'The portal has your response.' },
		declined: { title: 'Nothing shared', text: 'Your data stayed in your wallet.' },
		refused: { title: 'Not accepted', text: 'Your data was refused.' },
		answered: { title: 'This request has been answered', text: 'You have nothing more to do here.' },
		expired: {
			title: 'This request has expired',
			text: 'Nothing was shared. Ask for a new code where you found this one.'
		},
		untrusted: { title: 'This request cannot be trusted', text: 'Nothing was shared.' }
	}
};

/** @param acceptLanguage the request's header; only its first language counts */
export function walletTexts(acceptLanguage: string | undefined): WalletTexts {
	return acceptLanguage?.toLowerCase().startsWith('nl') === true ? nl : en;
}
