import { withTimeLimit } from './pause';

/**
 * Whether the portal itself would respond to a navigation to `path`, a page whose GET consumes something. The portal
 * responds to `HEAD` there with 204 and runs nothing; no proxy in its place does so. Never rejects.
 */
export async function isReachable(path: string, signal: AbortSignal): Promise<boolean> {
	try {
		return await withTimeLimit(5000, signal, async (limited) => {
			const response = await fetch(path, { method: 'HEAD', redirect: 'error', signal: limited });
			return response.status === 204;
		});
	} catch {
		return false;
	}
}

/**
 * Navigates to such a page if it is reachable, and then never resolves. Resolves if the portal itself would not respond
 * there now.
 */
export async function navigateIfReachable(path: string, signal: AbortSignal): Promise<void> {
	if (!(await isReachable(path, signal)) || signal.aborted) return;
	location.assign(path);
	await new Promise(() => {});
}
