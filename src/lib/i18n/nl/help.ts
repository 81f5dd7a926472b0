import type { Texts } from '../en';

export const help: Texts['help'] = {
	title: 'Hulp',
	intro: 'Korte antwoorden op veelgestelde vragen.',
	questions: [
		{
			question: 'Wat is een wallet?',
			answer:
				'Een wallet is een app op uw telefoon waarin uw digitale kaarten zitten, zoals uw studentenpas. U kiest elke keer zelf wat u deelt.'
		},
		{
			question: 'Wat is een QR-code en hoe scan ik die?',
			answer:
				'Een QR-code is een vierkant met zwarte en witte blokjes. U scant hem met uw wallet-app: richt de camera van uw telefoon op de code. Staat uw wallet op het apparaat dat u nu gebruikt? Kies dan ‘Wallet openen op dit apparaat’.'
		},
		{
			question: 'Ik heb geen wallet. Kan ik inloggen?',
			answer: 'Ja. U kunt ook inloggen via uw instelling.'
		},
		{
			question: 'Waarom moet ik bevestigen wie ik ben?',
			answer:
				'Als u een wallet voor het eerst gebruikt, weten wij nog niet dat hij van u is. U logt één keer in bij uw instelling. De volgende keer hebt u alleen uw wallet nodig om in te loggen.'
		},
		{
			question: 'Ik wil een wallet niet meer gebruiken. Wat moet ik doen?',
			answer: 'Log in en ga naar ‘Uw account’. Daar kunt u de wallet ontkoppelen.'
		}
	],
	/** The index of the question that is left out if people cannot sign in with their institution. */
	noWalletQuestion: 2,
	wallets: {
		question: 'Welke wallets kan ik gebruiken?',
		link: 'Bekijk welke wallets u hier kunt gebruiken'
	},
	howToSignIn: {
		question: 'Hoe log ik in?',
		answer: 'Kies uw instelling en log daar in. Als u klaar bent, komt u hier terug.'
	},
	contact: {
		title: 'Bij wie kan ik terecht met een vraag?',
		code: 'Hebt u een hulpcode gekregen? Geef die door aan de helpdesk. Dan kan de helpdesk opzoeken wat er misging.'
	}
};
