import {
	identityOutcomes,
	type IdentityOutcome,
	type IdentityView,
	identityWays,
	idvReasons
} from '../../../src/lib/wallet/view.ts';
import { eachOf, type GalleryState, helpCode } from '../state.ts';

const returnTo = '/account';
const open = { sessionId: '0123456789abcdef0123456789abcdef', expiresInMs: 270_000 };
const person = { givenName: 'Sanne', familyName: 'de Vries', birthdate: '2003-05-14' };
const candidates = [
	{ id: 'one', label: 'Sanne de Vries – Biology, since 2021' },
	{ id: 'two', label: 'Sanne de Vries – Law, since 2023' }
];
const choice: IdentityView = { screen: 'confirm', reason: 'CANDIDATE_MATCH_CONFIRMATION', person, candidates, ...open };

type Screens = Exclude<IdentityView['screen'], 'explain' | 'confirm' | 'ended'>;
type Needed = `identity/${Screens}` | `identity/ended/${IdentityOutcome}`;

/** The page that finds out whose wallet it is. */
export const identityStates = {
	...eachOf('identity/explain', idvReasons, (reason) => explained({ reason })),
	'identity/explain/unknown': explained({ reason: null }),
	...eachOf('identity/way', identityWays, (way) => explained({ reason: 'EXPIRED_BINDING', way })),
	'identity/explain/nobody': explained({ person: {} }),
	...eachOf('identity/confirm', idvReasons, (reason) => confirmed({ ...choice, reason, candidates: [] })),
	'identity/confirm/candidates': confirmed(choice),
	'identity/confirm/unchosen': { ...confirmed(choice), form: { fault: 'choose_one' }, isError: true },
	'identity/redirect': {
		page: 'identity',
		data: { view: explanation({}), returnTo },
		form: { continueUrl: 'https://institution.example/idv' },
		heading: (t) => t.identity.redirect.title
	},
	'identity/in-progress': {
		page: 'identity',
		data: { view: { screen: 'in-progress', ...open }, returnTo },
		heading: (t) => t.identity.inProgress.title
	},
	'identity/review': {
		page: 'identity',
		data: { view: { screen: 'review', ...open }, returnTo },
		heading: (t) => t.identity.review.title
	},
	...eachOf('identity/ended', identityOutcomes, (outcome) => ({
		page: 'identity',
		data: { view: { screen: 'ended', outcome, helpCode }, returnTo },
		heading: (t) => t.identity.ended[outcome].title,
		...(!outcome.startsWith('not-me') && { isError: true as const })
	}))
} satisfies Record<Needed, GalleryState> & Record<string, GalleryState>;

type Explanation = Extract<IdentityView, { screen: 'explain' }>;

function explanation(changes: Partial<Explanation>): Explanation {
	return { screen: 'explain', reason: 'FIRST_TIME_LINK', way: 'visit', person, ...open, ...changes };
}

function explained(changes: Partial<Explanation>): GalleryState {
	return {
		page: 'identity',
		data: { view: explanation(changes), returnTo },
		heading: (t) => t.identity.explain.title
	};
}

function confirmed(view: IdentityView): Extract<GalleryState, { page: 'identity' }> {
	const isChoice = view.screen === 'confirm' && view.candidates.length > 0;
	return {
		page: 'identity',
		data: { view, returnTo },
		heading: ({ identity }) => (isChoice ? identity.confirm.choose : identity.confirm.title)
	};
}
