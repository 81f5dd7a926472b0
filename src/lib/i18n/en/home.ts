/** The front page, and the page after signing out. */
export const home = {
	title: 'Sign in to your school or university',
	intro: 'With this portal you sign in to the services of your school or university.',
	ways: 'There are two ways, and both are equally good:',
	withInstitution: 'with the account of your institution;',
	withWallet: 'with a wallet: an app on your phone that holds your digital cards.',
	onlyInstitution: 'You sign in with the account of your institution.',
	onlyWallet: 'You sign in with a wallet: an app on your phone that holds your digital cards.',
	signedInAs: (name: string) => `You are signed in as ${name}.`,
	signedIn: 'You are signed in.',
	toAccount: 'Go to your account',
	signedOut: 'You are signed out.',
	signedOutNext: 'Do you share this device? Then close your browser as well.'
};
