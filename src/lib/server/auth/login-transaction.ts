import type { Cookies } from '@sveltejs/kit';
import * as v from 'valibot';
import { cookieAttributes, cookieName } from './cookie';
import { sealFor } from './seals';

/** How long a login page stays usable; after that it is drawn anew. */
const LIFE_SECONDS = 30 * 60;

const Transaction = v.object({ id: v.string(), until: v.number() });

/** Shows that this browser has loaded our login page; only such a browser may open wallet sessions unsigned. */
export interface LoginTransaction {
	/** Random; what per-browser rate limits count by. */
	readonly id: string;
}

export async function readLoginTransaction(cookies: Cookies, nowMs = Date.now()): Promise<LoginTransaction | null> {
	const opened = await sealFor('login').open(cookies.get(cookieName('login')) ?? '');
	const parsed = v.safeParse(Transaction, opened?.value);
	return parsed.success && parsed.output.until > nowMs ? { id: parsed.output.id } : null;
}

/** Begins a login transaction, or prolongs the one this browser has, so that its rate limits stay its own. */
export async function beginLoginTransaction(cookies: Cookies, nowMs = Date.now()): Promise<void> {
	const id = (await readLoginTransaction(cookies, nowMs))?.id ?? crypto.randomUUID();
	const sealed = await sealFor('login').seal({ id, until: nowMs + LIFE_SECONDS * 1000 });
	cookies.set(cookieName('login'), sealed, { ...cookieAttributes(), maxAge: LIFE_SECONDS });
}
