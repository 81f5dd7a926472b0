const CHANNEL = 'portal-session';
/** The tab that signs out tells the others as it leaves; by then the portal has not yet answered it. */
const SETTLE_MS = 1500;

/** Asks the portal whether somebody is still signed in; a portal that can't be asked does not end anything. */
export async function isSignedIn(signal: AbortSignal): Promise<boolean> {
	try {
		const answer = await fetch('/api/auth/session', { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) });
		return !answer.ok || (await answer.json()) !== null;
	} catch {
		return true;
	}
}

/** Tells this browser's other tabs that a sign-out is on its way. */
export function tellSigningOut(): void {
	const channel = new BroadcastChannel(CHANNEL);
	channel.postMessage('signing out');
	channel.close();
}

/** Resolves a moment after another tab has signed out, or when `signal` aborts. */
export function signedOutElsewhere(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const channel = new BroadcastChannel(CHANNEL);
		const done = () => {
			channel.close();
			resolve();
		};
		channel.onmessage = () => setTimeout(done, SETTLE_MS);
		signal.addEventListener('abort', done, { once: true });
	});
}
