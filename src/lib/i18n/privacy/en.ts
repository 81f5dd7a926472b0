import type { Point } from '../points';

interface Part {
	readonly title: string;
	readonly points: readonly Point[];
}

/** How the portal itself processes personal data, for institutions that configure no privacy statement of their own. */
export const en = {
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
					text: 'The service that checks wallets keeps that a wallet is yours. It does so until you unlink the wallet on your account page.'
				},
				'We write down what goes wrong, with a help code and a time. There are no names in that.',
				{ only: 'wallet', text: 'There are no details from your wallet in it either.' },
				'We also write down when you sign in and out. Instead of your name there is a code, which only we can connect to you.',
				{ only: 'wallet', text: 'In the same way we write down when you link or unlink a wallet.' },
				'We also write down from which network you came. Your institution decides how long these lines are kept.'
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
		what: 'You may ask which details of yours there are, and have them changed or deleted.',
		complaint:
			'Not satisfied with the answer? You can make a complaint to the Dutch Data Protection Authority (Autoriteit Persoonsgegevens).'
	}
};

export type Privacy = typeof en;
