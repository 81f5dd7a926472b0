import { createPortalFetch, isRecord } from '$lib/wallet/portal-fetch';

const CHANNEL = 'portal-session';
/**
 * When other tabs check the session after a sign-out is announced. The tab that signs out announces it when it sends the
 * request, and the response may take long.
 */
const CHECK_DELAYS_MS = [1500, 3000, 6000, 12_000];

/** When a session ends. */
interface SessionEnd {
	/** Milliseconds; 0 without a session. */
	readonly remainingMs: number;
	/** Whether activity of the person postpones it: the end by the idle timeout comes first. */
	readonly isIdle: boolean;
}

/** The earlier of the absolute end and the end by the idle timeout, both in milliseconds. */
export function sessionEnd(expiresInMs: number, idleExpiresInMs: number | null): SessionEnd {
	const isIdle = idleExpiresInMs !== null && idleExpiresInMs < expiresInMs;
	return { remainingMs: isIdle ? idleExpiresInMs : expiresInMs, isIdle };
}

/** Reads from the portal when the session ends; null if the portal is unreachable. */
export async function readSessionEnd(signal: AbortSignal): Promise<SessionEnd | null> {
	const response = await createPortalFetch(fetch, 5000)('/api/auth/session', {}, signal);
	return response.kind === 'json' ? endOf(response.body) : null;
}

function endOf(session: unknown): SessionEnd | null {
	if (session === null) return sessionEnd(0, null);
	if (!isRecord(session) || typeof session.expiresInMs !== 'number') return null;
	return sessionEnd(session.expiresInMs, typeof session.idleExpiresInMs === 'number' ? session.idleExpiresInMs : null);
}

let channel: BroadcastChannel | undefined;

/**
 * One channel per page: it does not receive its own messages, so the tab that signs out does not navigate away before its
 * own response.
 */
function sessionChannel(): BroadcastChannel {
	return (channel ??= new BroadcastChannel(CHANNEL));
}

/** Announces a sign-out to the other tabs of this browser. */
export function announceSignOut(): void {
	sessionChannel().postMessage('signing out');
}

/**
 * Listens for sign-outs in other tabs until `signal` aborts.
 * @returns a function whose promise resolves when it is next time to check whether the sign-out is complete
 */
export function signOutsElsewhere(signal: AbortSignal): () => Promise<void> {
	let check = () => {};
	const messages = sessionChannel();
	messages.onmessage = () => {
		for (const ms of CHECK_DELAYS_MS) setTimeout(() => check(), ms);
	};
	signal.addEventListener('abort', () => (messages.onmessage = null), { once: true });
	return () => new Promise((resolve) => (check = resolve));
}

/** People are warned this long before the end of their session. */
export const WARNING_MS = 2 * 60_000;
/** How often an unreachable portal is read again. The network's return, and a page that is shown again, end the wait. */
const RETRY_MS = 5000;

export interface SessionWatchOptions {
	/** Milliseconds until the end, at the time the server rendered the page. */
	readonly expiresInMs: number;
	/** Resolves after `ms` milliseconds, or earlier if the session should be checked; never rejects. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Milliseconds until the end; 0 without a session, null if the portal is unreachable. Never rejects. */
	readonly readRemainingMs: (signal: AbortSignal) => Promise<number | null>;
	/** Called when the session is about to end, lasts longer after all, or should be over while the portal is unreachable. */
	readonly onState: (state: SessionState) => void;
	/** Called after the portal has confirmed the end: a navigation would otherwise show an error page of the browser. */
	readonly onEnded: (reason: EndReason) => void;
	/** A monotonic clock in milliseconds. It may stop during suspend: the server is read after each pause. */
	readonly now?: () => number;
	/** The wall clock in milliseconds. It may be wrong, but goes on during suspend. */
	readonly wallNow?: () => number;
}

/** `unreachable`: its time is over, but the portal can't be reached. */
export type SessionState = 'open' | 'ending' | 'unreachable';

/** `session_expired`: its time was over. `session_ended`: a sign-out, an operator or the STS ended it before that. */
export type EndReason = 'session_expired' | 'session_ended';

/**
 * Follows a session until it ends: warns before the end, and detects a sign-out in another tab. The browser's wall clock
 * never decides when that is, because it may be wrong by hours. It only helps to find the reason: a session may expire while
 * the device is suspended. The portal does not know the reason, if another tab's request has already deleted the cookie.
 * Resolves at the end, or when `signal` aborts.
 */
export async function watchSession(options: SessionWatchOptions, signal: AbortSignal): Promise<void> {
	const { expiresInMs, pause, readRemainingMs, onState, onEnded } = options;
	// eslint-disable-next-line no-restricted-properties -- performance.now() may stop during suspend
	const { now = () => performance.now(), wallNow = () => Date.now() } = options;
	const endAfter = (ms: number) => ({ atMs: now() + ms, wallMs: wallNow() + ms });
	let end = endAfter(expiresInMs);
	let state: SessionState = 'open';
	let reason: EndReason = 'session_expired';
	let isReached = true;
	for (let leftMs = expiresInMs; leftMs > 0 || !isReached; leftMs = end.atMs - now()) {
		const current = stateAt(leftMs);
		if (current !== state) onState(current);
		state = current;
		await pause({ open: leftMs - WARNING_MS, ending: leftMs, unreachable: RETRY_MS }[current], signal);
		const remainingMs = signal.aborted ? null : await readRemainingMs(signal);
		if (signal.aborted) return;
		const isEarly = Math.min(end.atMs - now(), end.wallMs - wallNow()) > WARNING_MS;
		if (remainingMs === 0 && isEarly) reason = 'session_ended';
		isReached = remainingMs !== null;
		if (remainingMs !== null) end = endAfter(remainingMs);
	}
	onEnded(reason);
}

function stateAt(leftMs: number): SessionState {
	if (leftMs <= 0) return 'unreachable';
	return leftMs <= WARNING_MS ? 'ending' : 'open';
}
