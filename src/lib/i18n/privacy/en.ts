/** What the portal itself does with personal details, for institutions that name no statement of their own. */
export const en = {
	title: 'Privacy statement',
	intro: 'On this page you read what this portal does with your details.',
	parts: [
		{
			title: 'Which details we use',
			points: [
				'If you sign in with your institution, we get your name, your e-mail address, your eduID, and which institution you belong to.',
				'If you sign in with your wallet, we use the details that you share. You see in your wallet which ones they are before you share them.',
				'We use these details to sign you in, to show you your own account, and to link your wallet to you. We use them for nothing else.'
			]
		},
		{
			title: 'What we keep, and for how long',
			points: [
				'We keep your details in your own browser, in a cookie that only we can read, for one day at most. If you sign out, the cookie is gone.',
				'That a wallet is yours is kept by the service that checks wallets, until you unlink the wallet on your account page.',
				'We write down what goes wrong, with a help code and a time. There are no names and no details from your wallet in that.',
				'We also write down when you sign in and out, and when you link or unlink a wallet. Instead of your name there is a code, which only we can connect to you.'
			]
		},
		{
			title: 'Cookies',
			points: [
				'A cookie is a small file that a site keeps in your browser. We only use cookies that we need: to sign you in, and to remember your language and the institution that you chose last.',
				'We don’t follow you on other sites, and we have no advertising.'
			]
		}
	],
	rights: {
		title: 'Your rights',
		what: 'You may ask which details of yours there are, and have them changed or deleted.',
		complaint:
			'Not satisfied with the answer? You can make a complaint to the Dutch Data Protection Authority (Autoriteit Persoonsgegevens).'
	}
};

export type Privacy = typeof en;
