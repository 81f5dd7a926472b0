import type { ComplianceStatus } from '../../ui/statement-view';
import type { Point } from '../points';

interface Words {
	readonly title: string;
	readonly what: string;
}

const statuses: Readonly<Record<ComplianceStatus, Words>> = {
	A: {
		title: 'Status A: this portal complies',
		what: 'The portal was assessed completely, and no faults were found.'
	},
	B: {
		title: 'Status B: this portal complies in part',
		what: 'The portal was assessed completely. Some faults were found. Below you read which ones, and what is done about them.'
	},
	C: {
		title: 'Status C: first measures taken',
		what: 'The portal is partly tested. No independent body has assessed it completely yet, so we can’t say that it meets every requirement.'
	},
	D: {
		title: 'Status D: this portal does not comply',
		what: 'We know that the portal does not meet the requirements, and not enough is done about it yet.'
	},
	E: {
		title: 'Status E: not assessed',
		what: 'Nobody has looked yet at how accessible this portal is.'
	}
};

/** The accessibility statement, divided into the parts of the Dutch model statement. */
export const en = {
	title: 'Accessibility statement',
	intro: 'Everybody must be able to sign in. That is why this portal is made for people with and without a disability.',
	scope: {
		title: 'What this statement is about',
		by: (organisation: string) => `This is the statement of ${organisation}.`,
		what: (site: string) => `It is about every page of this portal, at ${site}.`,
		not: [
			'It is not about the sign-in pages of institutions. Those are made by others.',
			{ only: 'wallet', text: 'Wallet apps are made by others too.' }
		] as readonly Point[],
		standard: 'We follow EN 301 549 and WCAG 2.2, level AA. These are the rules for accessible sites.',
		register: 'This statement in the public register'
	},
	statuses,
	tested: {
		title: 'What is tested',
		points: [
			'Every page works with the keyboard alone, and you can sign in without JavaScript.',
			'Each page is checked automatically for known faults. This is done in Dutch and English, in light and dark colours, and in high contrast.',
			'Pages are looked at on a width of 320 pixels and enlarged to 400 %.',
			'Screen readers are told when something changes.',
			{ only: 'wallet', text: 'You can always choose another way to sign in than scanning a QR code.' }
		] as readonly Point[],
		reports: 'Reports',
		report: (date: string) => `of ${date}`
	},
	findings: {
		title: 'What is not good yet, or not known',
		points: [
			'This portal was not tested with people who use a screen reader or other aids every day.',
			{
				only: 'wallet',
				text: 'A QR code for signing in works five minutes. This can’t be made longer, but a new code comes by itself, or when you ask for it.'
			}
		] as readonly Point[],
		measure: (text: string) => `What is done about it: ${text}`,
		until: (date: string) => `Solved before ${date}.`
	},
	measures: {
		title: 'What we do to keep it accessible',
		points: [
			'At every change, all pages are tested again. Do the tests find a fault? Then the change does not go ahead.',
			'What people tell us goes to the makers of this portal.'
		]
	},
	contact: {
		title: 'Does something not work for you?',
		what: 'Please tell us. Say which page it was, what you wanted to do, and which aid you use.',
		answer: 'You get an answer there.'
	},
	enforcement: {
		title: 'Not satisfied with the answer?',
		what: 'Then you can make a complaint to your institution. Doesn’t that help? You can go to the National Ombudsman (Nationale ombudsman). You can also go to the Netherlands Institute for Human Rights (College voor de Rechten van de Mens).'
	},
	drawnUp: (date: string) => `This statement was last looked at on ${date}.`,
	signed: (by: string) => `It was agreed to by: ${by}.`
};

export type Statement = typeof en;
