/** The help page. */
export const help = {
	title: 'Help',
	intro: 'Short answers to what people ask most.',
	questions: [
		{
			question: 'What is a wallet?',
			answer:
				'A wallet is an app on your phone that holds your digital cards, such as your student card. You choose each time what you share.'
		},
		{
			question: 'What is a QR code, and how do I scan it?',
			answer:
				'A QR code is a square with black and white blocks. You scan it with your wallet app: point the camera of your phone at the code. Is your wallet on the device that you use now? Then choose “Open wallet on this device”.'
		},
		{
			question: 'I have no wallet. Can I sign in?',
			answer: 'Yes. You can also sign in with your institution.'
		},
		{
			question: 'Why do I have to confirm who I am?',
			answer:
				'When you use a wallet for the first time, we don’t yet know that it is yours. You sign in at your institution once. Next time, your wallet is all you need to sign in.'
		},
		{
			question: 'I no longer want to use a wallet. What do I do?',
			answer: 'Sign in and go to “Your account”. You can unlink the wallet there.'
		}
	],
	/** The index of the question that is left out if people cannot sign in with their institution. */
	noWalletQuestion: 2,
	wallets: {
		question: 'Which wallets can I use?',
		link: 'See which wallets you can use here'
	},
	howToSignIn: {
		question: 'How do I sign in?',
		answer: 'Choose your institution and sign in there. When you are done, you come back here.'
	},
	contact: {
		title: 'Who can I ask?',
		code: 'Did you get a help code? Give it to the help desk, so that they can find what went wrong.'
	}
};
