import { freePort } from '../harness/free-port.ts';
import { type Landscape, type LandscapeOptions, startLandscape } from '../harness/landscape.ts';
import { type Portal, startPortal } from '../harness/portal.ts';
import type { Environment } from '../harness/portal-process.ts';

/** A landscape with several instances of the portal, as behind one address: AUTH_URL is the first one's. */
export interface Instances extends Landscape {
	/** Where each instance listens; the first is the landscape's own. */
	readonly urls: readonly string[];
	readonly portals: readonly Portal[];
}

/** @param differences what the environment of the others has in addition, or in place of the first one's */
export async function startInstances(
	count: number,
	options: LandscapeOptions,
	differences: Environment = {}
): Promise<Instances> {
	const landscape = await startLandscape(options);
	const others = await Promise.all(
		Array.from({ length: count - 1 }, async () =>
			startPortal({ runtime: options.runtime, env: { ...landscape.env, ...differences }, port: await freePort() })
		)
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
