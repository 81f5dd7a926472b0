import { freePort } from '../../harness/free-port.ts';
import { type Landscape, type LandscapeOptions, startLandscape } from '../../harness/landscape.ts';
import { type Portal, startPortal } from '../../harness/portal.ts';
import type { Environment } from '../../harness/portal-process.ts';

/** A landscape with several instances of the portal behind one address: AUTH_URL is that of the first. */
export interface Instances extends Landscape {
	/** The URL of each instance; the first is the landscape's own. */
	readonly urls: readonly string[];
	readonly portals: readonly Portal[];
}

/** @param differences variables of the other instances (of each, or of all), added to those of the first or overriding them */
export async function startInstances(
	count: number,
	options: LandscapeOptions,
	differences: Environment | readonly Environment[] = {}
): Promise<Instances> {
	const landscape = await startLandscape(options);
	const others = await Promise.all(
		Array.from({ length: count - 1 }, async (_, n) => {
			const env = { ...landscape.env, ...(differences instanceof Array ? differences[n] : differences) };
			return startPortal({ runtime: options.runtime, env, port: await freePort() });
		})
	);
	const portals = [landscape.portal, ...others];
	return {
		...landscape,
		portals,
		urls: portals.map(({ url }) => url),
		stop: async () => {
			await Promise.all(others.map((portal) => portal.stop()));
			await landscape.stop();
		}
	};
}
