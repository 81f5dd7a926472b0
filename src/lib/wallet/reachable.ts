import { withTimeLimit } from './pause';

/**
 * Whether the portal itself would respond to a navigation to `path`, a page whose GET consumes something: it answers `HEAD`
 * there with 204 and runs nothing, which nothing in its place does. Never rejects.
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

/** Navigates to such a page, and then never resolves; resolves where the portal itself would not respond there now. */
export async function navigateIfReachable(path: string, signal: AbortSignal): Promise<void> {
	if (!(await isReachable(path, signal)) || signal.aborted) return;
	location.assign(path);
	await new Promise(() => {});
}
