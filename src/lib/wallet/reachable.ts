/** Asks the portal whether it is there, at the cost of one answer that it gives by itself; never rejects. */
export async function isReachable(signal: AbortSignal): Promise<boolean> {
	try {
		return (await fetch('/api/health', { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) })).ok;
	} catch {
		return false;
	}
}
