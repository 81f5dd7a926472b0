import { withTimeLimit } from './pause';

/** Asks the portal whether it is there, at the cost of one answer that it gives by itself; never rejects. */
export async function isReachable(signal: AbortSignal): Promise<boolean> {
	try {
		return await withTimeLimit(5000, signal, async (limited) => (await fetch('/api/health', { signal: limited })).ok);
	} catch {
		return false;
	}
}
