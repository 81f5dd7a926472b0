import type { Cookies } from '@sveltejs/kit';
import { config } from '../config';
import { returnPath } from '../http/return-path';
import { cookieAttributes, cookieName } from '../http/cookies';
import { isFlowId } from './flow-id';
import { FLOW_COOKIE_SECONDS, openFlow, sealFlow, type SignInFlow } from './sign-in-flow';

/** Name and value of one flow's cookie together. A longer return path is left to the `state` parameter. */
const MAX_FLOW_BYTES = 600;
/** The cookies of a flow that version 1.0.0 started. */
const version1Kinds = ['state', 'pkce', 'nonce', 'callback'] as const;

/** Keeps a flow in this browser; where there are too many, the cookie budget evicts the oldest. */
export async function keepFlow(cookies: Cookies, flow: SignInFlow): Promise<void> {
	const name = flowCookieName(flow.id);
	const whole = await sealFlow(flow);
	const fits = name.length + 1 + whole.length <= MAX_FLOW_BYTES;
	const value = fits ? whole : await sealFlow({ ...flow, returnTo: '' });
	cookies.set(name, value, { ...cookieAttributes(), maxAge: FLOW_COOKIE_SECONDS });
}

/** One of this browser's flows; null where it has none with this id, or one that was made for another id. */
export async function findFlow(cookies: Cookies, id: string): Promise<SignInFlow | null> {
	const flow = await openFlow(cookies.get(flowCookieName(id)) ?? '');
	return flow?.id === id ? flow : null;
}

/** Forgets one flow, done or given up. */
export function forgetFlow(cookies: Cookies, id: string): void {
	cookies.delete(flowCookieName(id), cookieAttributes());
}

/** Forgets all flows: a sign-in that somebody left unfinished on another tab does not end in a session of theirs later. */
export function forgetAllFlows(cookies: Cookies): void {
	for (const id of flowIds(cookies)) forgetFlow(cookies, id);
}

/** The ids of this browser's flows, oldest first; nothing is opened. Look-alikes of other names are ignored. */
export function flowIds(cookies: Cookies): readonly string[] {
	const prefix = flowCookieName('');
	return cookies
		.getAll()
		.filter(({ name, value }) => value !== '' && name.startsWith(prefix))
		.map(({ name }) => name.slice(prefix.length))
		.filter(isFlowId)
		.sort();
}

/**
 * Forgets a flow that version 1.0.0 started in this browser, before the portal was upgraded.
 * @returns the return path, or null where the browser holds no such flow
 */
export function takeFlowOfVersion1(cookies: Cookies, id: string): string | null {
	const names = version1Kinds.map((kind) => cookieName(`${kind}.${id}`)).filter((name) => cookies.get(name));
	if (names.length === 0) return null;
	const returnTo = returnPath(cookies.get(cookieName(`callback.${id}`)), config().origin);
	for (const name of names) cookies.delete(name, cookieAttributes());
	return returnTo;
}

function flowCookieName(id: string): string {
	return cookieName(`flow.${id}`);
}
