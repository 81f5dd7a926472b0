import { createPortalFetch, isRecord } from '$lib/wallet/portal-fetch';

const CHANNEL = 'portal-session';
/** The tab that signs out tells the others as it leaves; by then the portal has not yet answered it, and may take long. */
const LOOKS_MS = [1500, 3000, 6000, 12_000];

/**
 * Reads from the portal how long the session still lasts.
 * @returns milliseconds; 0 when nobody is signed in; null when the portal can't be reached
 */
export async function readRemainingMs(signal: AbortSignal): Promise<number | null> {
	const response = await createPortalFetch(fetch, 5000)('/api/auth/session', {}, signal);
	return response.kind === 'json' ? remainingMs(response.body) : null;
}

function remainingMs(session: unknown): number | null {
	if (session === null) return 0;
	return isRecord(session) && typeof session.expiresInMs === 'number' ? session.expiresInMs : null;
}

let channel: BroadcastChannel | undefined;

/** One for the whole page: it doesn't hear itself, or the tab that signs out would leave before it is answered. */
function ownChannel(): BroadcastChannel {
	return (channel ??= new BroadcastChannel(CHANNEL));
}

/** Tells this browser's other tabs that a sign-out is on its way. */
export function tellSigningOut(): void {
	ownChannel().postMessage('signing out');
}

/**
 * Listens for sign-outs in other tabs until `signal` aborts.
 * @returns resolves the next time that there is reason to look whether one is done
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
