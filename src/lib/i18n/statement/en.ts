/** The accessibility statement, in the parts that the Dutch model statement has. */
export const en = {
	title: 'Accessibility statement',
	intro:
		'Everybody must be able to sign in. That is why we make this portal accessible for people with and without a disability.',
	standardNote: 'We follow EN 301 549 and WCAG 2.2, level AA. This statement is about every page of this portal.',
	status: {
		title: 'Status: first measures taken',
		what: 'This portal is partly tested. No independent body has assessed it completely yet, so we can’t say that it meets every requirement.'
	},
	tested: {
		title: 'What we do and test',
		points: [
			'Every page works with the keyboard alone, and you can sign in without JavaScript.',
			'Each page is checked automatically for known faults, in Dutch and English.',
			'We look at the pages at 320 pixels wide, enlarged to 400 %, in light and dark colours, and in high contrast.',
			'Changes of status are told to screen readers, and you can always choose another way to sign in than scanning a QR code.'
		]
	},
	limits: {
		title: 'What is not good yet, or not known',
		points: [
			'We have not tested this portal with people who use a screen reader or other aids every day.',
			'A QR code for signing in works five minutes. This can’t be made longer: you can make a new code as often as you like.',
			'The sign-in pages of institutions and the wallet apps are not ours. We can’t say how accessible they are.'
		]
	},
	contact: {
		title: 'Does something not work for you?',
		what: 'Tell the help desk of your institution. Say which page it was, what you wanted to do, and which aid you use.',
		answer: 'You get an answer from them. They pass it on to the makers of this portal.'
	},
	complaint: {
		title: 'Not satisfied with the answer?',
		what: 'Then you can make a complaint with your institution. If that doesn’t help either, you can go to the National Ombudsman (Nationale ombudsman) or the Netherlands Institute for Human Rights (College voor de Rechten van de Mens).'
	},
	drawnUp: (date: string) => `This statement was drawn up on ${date}, on the basis of our own tests.`
};

export type Statement = typeof en;
