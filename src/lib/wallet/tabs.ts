import type { StatusUpdate } from './status-stream';

/** `want`: follow these too. `leading`: say what you want. `update`: what the leading tab has heard. */
export type TabMessage =
	| { readonly kind: 'want'; readonly sessionIds: readonly string[] }
	| { readonly kind: 'leading' }
	| { readonly kind: 'update'; readonly update: StatusUpdate };

/** What the tabs of one browser share. */
export interface Tabs {
	/** To all other tabs. */
	readonly post: (message: TabMessage) => void;
	readonly listen: (hear: (message: TabMessage) => void, signal: AbortSignal) => void;
	/** Runs the work once this tab is the one that leads; whoever waits takes over when it ends or its tab closes. */
	readonly lead: (work: () => Promise<void>, signal: AbortSignal) => Promise<void>;
}

const name = 'portal-wallet-status';

/** Web Locks choose the tab that leads, a BroadcastChannel tells the others; null where a browser has not both. */
export function browserTabs(): Tabs | null {
	// Absent outside secure contexts, whatever the types say.
	const { locks } = navigator as { readonly locks?: LockManager };
	if (!locks || typeof BroadcastChannel === 'undefined') return null;
	const channel = new BroadcastChannel(name);
	let isOpen = false;
	return {
		post(message) {
			if (isOpen) channel.postMessage(message);
		},
		listen(hear, signal) {
			isOpen = !signal.aborted;
			// Only pages of ours hear this channel, and of one version: a new one reloads its pages.
			channel.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => hear(data), { signal });
			const leave = () => {
				isOpen = false;
				channel.close();
			};
			signal.addEventListener('abort', leave, { once: true });
		},
		async lead(work, signal) {
			try {
				await locks.request(name, { signal }, work);
			} catch (error) {
				if (!signal.aborted) throw error;
			}
		}
	};
}
