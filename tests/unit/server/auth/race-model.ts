import type { Session } from '$lib/server/auth/session';
import { openTokens, tokensNameOf } from '$lib/server/auth/session-format';
import { createSessionTokens, hasStoredTokens, withoutTokens } from '$lib/server/auth/session-tokens';
import { StoreUnavailable, createMemoryStore } from '$lib/server/store/store';
import { createRefresher, SessionEnded } from '$lib/server/auth/refresh';
import { isProblem } from '$lib/server/http/problem';
import { isUrgent, merge } from '$lib/server/store/kinds';
import { createResilientStore } from '$lib/server/store/resilient';
import { breakableStore } from '../store/breakable-store';
import { virtualClock } from '../../virtual-clock';
import { createSts, type TokenCall } from './race-sts';
import { SIGNED_IN_AT, someSession } from './session-fixture';

/** One thing that happens, so long after the one before. */
export interface Step {
	readonly afterMs: number;
	readonly what: 'request' | 'sign-out' | 'store-away' | 'store-back' | 'store-back-empty' | 'store-forgets';
	readonly instance: number;
	/** How long the work on a request takes once its tokens are good. */
	readonly workMs: number;
	/** Whether the response gets lost on its way to the browser. */
	readonly isLost: boolean;
}

export interface Story {
	readonly steps: readonly Step[];
	readonly tokenCalls: readonly TokenCall[];
	/** How long calls of the shared store take, in turn. */
	readonly storeMs: readonly number[];
	readonly instances: number;
	/** Where the tokens are; in the cookie if absent. */
	readonly tokens?: 'cookie' | 'store';
	/** How long access tokens live; they are due after four fifths of that. */
	readonly tokenSeconds?: number;
}

/** Longer than the first calls of the slowest store take together. */
const START_MS = 5000;
const DRAIN_MS = 10 * 60_000;

/**
 * One browser with any number of tabs (they share its cookie), instances of the portal with a shared store, and an STS
 * that rotates, where reuse ends the family. Plays a story on a virtual clock; returns what went wrong, in words.
 */
export async function play({ steps, tokenCalls, storeMs, instances, ...rest }: Story): Promise<string[]> {
	const { tokens = 'cookie', tokenSeconds = 300 } = rest;
	const clock = virtualClock(SIGNED_IN_AT * 1000);
	const inTurn = <Value>(values: readonly Value[], otherwise: Value) => {
		let at = 0;
		return () => (values.length === 0 ? otherwise : (values[at++ % values.length] ?? otherwise));
	};
	const wrong: string[] = [];
	const nextCall = inTurn<TokenCall>(tokenCalls, { way: 'good', thereMs: 5, backMs: 5 });
	const sts = createSts(clock, nextCall, tokenSeconds, wrong);
	const shared = breakableStore(clock, inTurn(storeMs, 1));
	const portals = Array.from({ length: instances }, createPortal);
	let cookie: Session | null = someSession(sts.tokens());
	let isSignedOut = false;
	/** The newest tokens that the store has accepted. */
	let storedGeneration = 0;

	function createPortal() {
		const store = createResilientStore({
			shared: shared.connect(),
			own: createMemoryStore(clock),
			isUrgent,
			merge,
			// Copies stay: whoever never received a result, and comes back minutes later while the store is away, is signed out.
			copyMsOf: () => Infinity,
			checkEveryMs: steps.some(({ what }) => what === 'store-forgets') ? 1000 : undefined,
			onState: () => {},
			...clock
		});
		const { now, every, limit } = clock;
		const tokenRefresher = createRefresher({
			store,
			now,
			unixNow: now,
			every,
			limit,
			redeem: sts.redeem,
			onFault: () => {}
		});
		return { store, tokenRefresher, sessionTokens: createSessionTokens({ store: store.sharedOnly, unixNow: now }) };
	}

	type Portal = ReturnType<typeof createPortal>;
	const isRevoked = async ({ store }: Portal, { id }: Session) => (await store.read(`deny:${id}`)) !== null;

	/** What the session and refresh handles do with a request. */
	async function request(portal: Portal, { workMs, isLost }: Step): Promise<void> {
		const before = cookie;
		const wasSignedOut = isSignedOut;
		if (!before || (await isRevoked(portal, before))) return;
		if (wasSignedOut) wrong.push('a session after sign-out');
		const opened = await withTokens(portal, before);
		if (!opened) return;
		let after: Session | null = opened;
		try {
			after = await portal.tokenRefresher.refreshIfDue(opened);
		} catch (error) {
			if (error instanceof SessionEnded) after = null;
			else if (!isProblem(error, 'upstream_unavailable')) wrong.push(`an error: ${String(error)}`);
		}
		await clock.pause(workMs);
		if (after === opened || (after && (await isRevoked(portal, after)))) return;
		const written = after && (await portal.tokenRefresher.newest(after));
		if (tokens === 'store' && written) return save(portal, written);
		// As `writeSession` does: a cookie with tokens has no key.
		if (!isLost) receive(written && { ...written, tokensKey: undefined });
	}

	/** The session with its tokens; null if they can't be read now. */
	async function withTokens({ sessionTokens }: Portal, session: Session): Promise<Session | null> {
		if (!hasStoredTokens(session)) return session;
		const accepted = storedGeneration;
		try {
			const loaded = await sessionTokens.load(session);
			if (!loaded) wrong.push('the tokens are gone');
			else if (loaded.generation < accepted) wrong.push(`generation ${loaded.generation} read after ${accepted}`);
			return loaded;
		} catch (error) {
			if (!(error instanceof StoreUnavailable)) wrong.push(`an error: ${String(error)}`);
			return null;
		}
	}

	async function save({ sessionTokens }: Portal, session: Session): Promise<void> {
		if (!hasStoredTokens(session)) return;
		try {
			await sessionTokens.save(session);
			storedGeneration = Math.max(storedGeneration, session.generation);
		} catch (error) {
			if (!(error instanceof StoreUnavailable)) wrong.push(`an error: ${String(error)}`);
		}
	}

	/** What the store accepted stays there, and no older tokens replace it. */
	async function checkStored(): Promise<void> {
		shared.comeBack();
		const reading = shared.read(tokensNameOf('key'));
		await clock.advance(START_MS);
		const text = (await reading)?.text;
		const opened = text === undefined ? null : openTokens('key', someSession().id, text);
		const { generation = -1 } = (opened ?? {}) as { generation?: number };
		if (generation < storedGeneration) wrong.push(`generation ${generation} in the store after ${storedGeneration}`);
	}

	function receive(next: Session | null): void {
		if (next === null && sts.isAlive() && !isSignedOut) wrong.push('anonymous while the family lives');
		if (next && cookie && next.generation < cookie.generation) wrong.push('an older cookie after a newer one');
		cookie = next;
	}

	async function signOut({ store }: Portal): Promise<void> {
		if (!cookie) return;
		// The cookie stays where it was, as somebody's copy of it would.
		await store.write(`deny:${cookie.id}`, '1', 24 * 60 * 60_000);
		isSignedOut = true;
	}

	// As `openStore` does at the start of an instance.
	const checks = portals.map(({ store }) => store.check());
	await clock.advance(START_MS);
	await Promise.all(checks);

	if (tokens === 'store' && portals[0]) {
		const stored: Session = { ...someSession(cookie), tokensKey: 'key' };
		const saved = save(portals[0], stored);
		await clock.advance(START_MS);
		await saved;
		cookie = { ...withoutTokens(stored), tokensKey: 'key' };
	}

	const running: Promise<void>[] = [];
	for (const step of steps) {
		const { what } = step;
		await clock.advance(step.afterMs);
		const portal = portals[step.instance % portals.length];
		if (what === 'request' && portal) running.push(request(portal, step));
		if (what === 'sign-out' && portal) running.push(signOut(portal));
		if (what === 'store-away') shared.goAway();
		if (what === 'store-back') shared.comeBack();
		if (what === 'store-back-empty') shared.comeBack({ isEmpty: true });
		if (what === 'store-forgets') shared.forget();
	}
	await clock.advance(DRAIN_MS);
	await Promise.all(running);
	if (!sts.isAlive() && !sts.hasLost()) wrong.push('the family has ended');
	if (tokens === 'store') await checkStored();
	return wrong;
}
