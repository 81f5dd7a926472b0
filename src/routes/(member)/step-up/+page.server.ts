import { redirect } from '@sveltejs/kit';
import {
	lackingOf,
	needsLink,
	requirementNamed,
	stepUpOutcomes,
	stepUpSignInPath,
	walletStepUpPath
} from '$lib/server/auth/step-up';
import { config } from '$lib/server/config';
import { memberSession } from '$lib/server/handles/authorize';
import { returnPath } from '$lib/server/http/return-path';
import type { PageServerLoad } from './$types';

/**
 * The page before a sign-in that meets a requirement, and after one that did not. A person starts the sign-in with a link, so
 * that neither an address nor a backend can cause sign-ins without end.
 */
export const load: PageServerLoad = ({ locals, url }) => {
	const session = memberSession(locals);
	const { searchParams } = url;
	const name = searchParams.get('stepUp') ?? '';
	const returnTo = returnPath(searchParams.get('returnTo'), config().origin);
	const outcome = stepUpOutcomes.find((one) => one === searchParams.get('outcome')) ?? null;
	const requirement = requirementNamed(name, session);
	const lacking = requirement && lackingOf(session, requirement);
	if (lacking === null || outcome === 'other') {
		const isMet = requirement !== null && outcome !== 'other';
		// Without a requirement that is not met, the page of the act decides.
		if ((isMet || outcome === null) && !needsLink(returnTo)) redirect(303, returnTo);
		return { outcome: isMet ? 'done' : (outcome ?? 'done'), lacking: null, tryUrl: returnTo, walletUrl: null } as const;
	}
	const offersWallet = session.provider === 'sts-wallet' && Object.values(config().signInMethods).every(Boolean);
	return {
		outcome: outcome === 'refused' ? outcome : null,
		lacking,
		tryUrl: stepUpSignInPath(name, returnTo),
		walletUrl: offersWallet ? walletStepUpPath(name, returnTo) : null
	};
};
