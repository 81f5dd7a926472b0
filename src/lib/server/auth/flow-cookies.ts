import type { AuthConfig } from '@auth/core';
import type { Cookies } from '@sveltejs/kit';
import { cookieAttributes, cookieName } from './cookie';

/** More sign-ins under way in one browser than this, and the oldest are forgotten: each takes 2 kB of cookies. */
const MOST_FLOWS = 2;
const kinds = ['state', 'pkce', 'nonce', 'callback'] as const;
const LIFE_SECONDS = 15 * 60;

/**
 * Each sign-in has cookies of its own, so that two tabs that sign in at once don't overwrite each other's state.
 * The flow's id starts with its time, so that names sort by age.
 */
export function newFlowId(nowMs = Date.now()): string {
	return `${nowMs.toString(36).padStart(9, '0')}${crypto.randomUUID().slice(0, 8)}`;
}

/** Puts the flow's id in front of the `state` that Auth.js made, so that the callback brings it back (RFC 6749 4.1.1). */
export function markFlow(authorizationRequest: URL, flow: string): void {
	const { searchParams } = authorizationRequest;
	searchParams.set('state', `${flow}.${searchParams.get('state') ?? ''}`);
}

/** A callback's query as Auth.js knows it: its own `state`, without the flow's id. */
export function withoutFlow(query: URLSearchParams, flow: string): string {
	const own = new URLSearchParams(query);
	own.set('state', (query.get('state') ?? '').slice(flow.length + 1));
	return `?${own}`;
}

/** The flow that a callback's `state` belongs to; null for text that is none of ours. */
export function flowOf(state: string | null): string | null {
	return /^([0-9a-z]{9}[0-9a-f]{8})\./.exec(state ?? '')?.[1] ?? null;
}

/** Names and attributes of Auth.js's cookies for one flow. It never finds a session cookie: the session handle owns that. */
export function flowCookies(flow: string): NonNullable<AuthConfig['cookies']> {
	const options = { ...cookieAttributes(), maxAge: LIFE_SECONDS };
	return {
		sessionToken: { name: cookieName('unused'), options },
		csrfToken: { name: cookieName('csrf'), options },
		state: { name: flowCookieName('state', flow), options },
		pkceCodeVerifier: { name: flowCookieName('pkce', flow), options },
		nonce: { name: flowCookieName('nonce', flow), options },
		callbackUrl: { name: flowCookieName('callback', flow), options }
	};
}

/** Forgets one flow, done or given up. */
export function forgetFlow(cookies: Cookies, flow: string): void {
	for (const kind of kinds) {
		const name = flowCookieName(kind, flow);
		if (cookies.get(name) !== undefined) cookies.delete(name, cookieAttributes());
	}
}

/** Makes room for a new flow by forgetting the oldest. */
export function forgetOldFlows(cookies: Cookies): void {
	const flows = new Set(
		cookies
			.getAll()
			.map(({ name }) => flowOfCookie(name))
			.filter((flow) => flow !== null)
	);
	const surplus = [...flows].sort().slice(0, Math.max(0, flows.size - (MOST_FLOWS - 1)));
	for (const flow of surplus) forgetFlow(cookies, flow);
}

/** By the exact names of our cookies: a look-alike that another site of the domain has set pushes nothing out. */
function flowOfCookie(name: string): string | null {
	const prefix = kinds.map((kind) => flowCookieName(kind, '')).find((known) => name.startsWith(known));
	const flow = prefix === undefined ? null : name.slice(prefix.length);
	return flow !== null && /^[0-9a-z]{9}[0-9a-f]{8}$/.test(flow) ? flow : null;
}

function flowCookieName(kind: (typeof kinds)[number], flow: string): string {
	return cookieName(`${kind}.${flow}`);
}
