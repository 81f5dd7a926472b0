const CHANNEL = 'portal-session';
/** The tab that signs out tells the others as it leaves; by then the portal has not yet answered it, and may take long. */
const LOOKS_MS = [1500, 3000, 6000, 12_000];

/** Asks the portal whether somebody is still signed in; a portal that can't be asked does not end anything. */
export async function isSignedIn(signal: AbortSignal): Promise<boolean> {
	try {
		const answer = await fetch('/api/auth/session', { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) });
		return !answer.ok || (await answer.json()) !== null;
	} catch {
		return true;
	}
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
