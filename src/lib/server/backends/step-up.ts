import type { RequestEvent } from '@sveltejs/kit';
import {
	backendActs,
	lackingOf,
	requirementOf,
	sealedRequirement,
	type SignInRequirement,
	stepUpPagePath
} from '../auth/step-up';
import type { Backend } from '../config/backends';
import { acrValues } from '../config/fields';
import { seeOther } from '../http/endpoint';
import { challenge, Problem } from '../http/problem';
import { isPageNavigation } from '../http/request';
import * as v from 'valibot';

type StepUpEvent = Pick<RequestEvent, 'request' | 'locals' | 'url'>;

/**
 * The response to a request whose sign-in is not strong or new enough for this backend by the configuration: a redirect to the
 * page about that. Null if it is.
 * @throws {Problem} `insufficient_user_authentication`, unless a browser opens the address itself
 */
export function refusedSignIn(event: StepUpEvent, backend: Backend): Response | null {
	const { session, apiClient } = event.locals;
	const requirement = requirementOf(backend);
	const { acr, authTime = 0 } = session ?? apiClient ?? {};
	if (lackingOf({ acr, authTime }, requirement) === null) return null;
	// An API client's sign-in is not the portal's: it gets the challenge without an address (RFC 9470 3).
	return stepUpResponse(event, session ? backendActs(backend.name) : null, requirement);
}

/** A session this young is new enough for any backend, so that one that asks for a new sign-in each time can be met. */
const ALWAYS_NEW_SECONDS = 60;

/**
 * The same if the backend itself responds that the person's sign-in is not strong or new enough (RFC 9470 3).
 * @throws {Problem} `upstream_invalid` if the session already has what the backend asks for: another sign-in would not help
 */
export async function challengedSignIn(
	event: StepUpEvent,
	{ name, token }: Backend,
	response: Response
): Promise<Response | null> {
	const { session } = event.locals;
	const isForPerson = token === 'user' || token === 'exchange';
	const requirement = isForPerson && response.status === 401 ? challengeIn(response.headers) : null;
	if (!requirement || !session) return null;
	await response.body?.cancel();
	const { acr, maxAgeSeconds } = requirement;
	const least = maxAgeSeconds === null ? null : Math.max(maxAgeSeconds, ALWAYS_NEW_SECONDS);
	if (lackingOf(session, { acr, maxAgeSeconds: least }) === null)
		throw new Problem('upstream_invalid', { facts: { backend: name, status: 401, reason: 'sign_in_not_accepted' } });
	return stepUpResponse(event, sealedRequirement(session, { acr, maxAgeSeconds: least }), requirement);
}

/** @param name the name of the requirement; null for an API client, which has to get a token by itself */
function stepUpResponse(event: StepUpEvent, name: string | null, { acr, maxAgeSeconds }: SignInRequirement): Response {
	const { request, url } = event;
	if (name !== null && isPageNavigation(request))
		return seeOther(stepUpPagePath({ name, returnTo: url.pathname + url.search }));
	const header = challenge({
		error: 'insufficient_user_authentication',
		description: 'A stronger or newer sign-in is required.',
		acrValues: acr.length > 0 ? acr.join(' ') : undefined,
		maxAge: maxAgeSeconds ?? undefined
	});
	throw new Problem('insufficient_user_authentication', {
		headers: { 'www-authenticate': header },
		...(name !== null && { stepUpUrl: `/step-up?${new URLSearchParams({ stepUp: name })}` })
	});
}

const MAX_HEADER_CHARACTERS = 4096;
/** All values together: they are sent to the STS, and come back in the address of its callback. */
const MAX_ACR_CHARACTERS = 512;
const DAY_SECONDS = 86_400;

/** One parameter of a challenge (RFC 9110 11.2), or the scheme that begins the next one. */
const PART = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/g;

/**
 * The requirement of a Bearer or DPoP challenge with the error `insufficient_user_authentication`. Null for any other header,
 * and for values that the portal does not send to the STS.
 */
export function challengeIn(headers: Headers): SignInRequirement | null {
	const header = headers.get('www-authenticate') ?? '';
	if (header.length > MAX_HEADER_CHARACTERS) return null;
	let found = new Map<string, string>();
	const challenges: Map<string, string>[] = [];
	for (const [, name = '', quoted, token] of header.matchAll(PART)) {
		const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? token;
		if (value === undefined) challenges.push((found = new Map([['scheme', name.toLowerCase()]])));
		else found.set(name.toLowerCase(), value);
	}
	const wanted = challenges.find(
		(one) =>
			/^(?:bearer|dpop)$/.test(one.get('scheme') ?? '') && one.get('error') === 'insufficient_user_authentication'
	);
	return wanted ? requirementIn(wanted.get('acr_values') ?? '', wanted.get('max_age')) : null;
}

function requirementIn(acrText: string, ageText: string | undefined): SignInRequirement | null {
	const acr = v.safeParse(acrValues, acrText.split(' ').filter(Boolean));
	if (!acr.success || acrText.length > MAX_ACR_CHARACTERS) return null;
	if (ageText === undefined) return { acr: acr.output, maxAgeSeconds: null };
	return /^\d{1,9}$/.test(ageText) ? { acr: acr.output, maxAgeSeconds: Math.min(Number(ageText), DAY_SECONDS) } : null;
}
