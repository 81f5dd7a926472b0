import type { Config } from '../../lib/server/config/parse';
import { examineBridge } from './bridge';
import { examineClient } from './client';
import { examineCookie } from './cookie';
import { examineCors } from './cors';
import { examineDiscovery } from './discovery';
import { type Finding, ok, warning } from './finding';

/**
 * Holds a configuration against the services it names. Nothing is changed there, and nobody is signed in.
 * @param tokensFile a token response of the STS, to measure the session cookie with
 */
export async function examine(config: Config, tokensFile?: string): Promise<readonly Finding[]> {
	const discovery = await examineDiscovery(config);
	return [
		ok('The configuration is complete, and the brand’s colours have enough contrast.'),
		...config.brand.adjustments.map((text) => warning(text, 'Nothing, unless you want another colour.')),
		...discovery.findings,
		...(discovery.metadata ? await examineClient(config, discovery.metadata) : []),
		...(await examineBridge(config)),
		...(await examineCors(config, discovery.metadata)),
		...(await examineCookie(config, tokensFile))
	];
}
