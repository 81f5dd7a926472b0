import { createPortalFetch, isRecord } from '$lib/wallet/portal-fetch';

const CHANNEL = 'portal-session';
/**
 * When other tabs check the session after a sign-out is announced. The tab that signs out announces it when it sends the
 * request, and the response may take long.
 */
const LOOKS_MS = [1500, 3000, 6000, 12_000];

/** When a session ends. */
export interface SessionEnd {
	/** Milliseconds; 0 if nobody is signed in. */
	readonly remainingMs: number;
	/** Whether activity of the person postpones it: the end by the idle time-out comes first. */
	readonly isIdle: boolean;
}

/** The earlier of the absolute end and the end by the idle time-out, both in milliseconds. */
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
function ownChannel(): BroadcastChannel {
	return (channel ??= new BroadcastChannel(CHANNEL));
}

/** Announces a sign-out to the other tabs of this browser. */
export function tellSigningOut(): void {
	ownChannel().postMessage('signing out');
}

/**
 * Listens for sign-outs in other tabs until `signal` aborts.
 * @returns a function whose promise resolves when it is next time to check whether the sign-out is complete
 */
export function signOutsElsewhere(signal: AbortSignal): () => Promise<void> {
	let look = () => {};
	const heard = ownChannel();
	heard.onmessage = () => {
		for (const ms of LOOKS_MS) setTimeout(() => look(), ms);
	};
	signal.addEventListener('abort', () => (heard.onmessage = null), { once: true });
	return () => new Promise((resolve) => (look = resolve));
}
