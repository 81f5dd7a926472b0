import type { Texts } from '../en';

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
