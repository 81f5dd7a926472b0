import { lacksConnections } from '../entry/startup';
import type { Config } from '../lib/server/config/parse';
import { runtime } from '../lib/server/runtime';
import { type Finding, warning } from './findings';

/** Whether the limits of a process fit together. On Deno, `CONNECTIONS` has no effect. */
export function examineConnections(config: Config): readonly Finding[] {
	if (!runtime.startsWith('node') || !lacksConnections(config)) return [];
	const { connections, eventStreams, requestsAtOnce } = config;
	return [
		warning(
			'configuration.connections',
			`CONNECTIONS (${connections}) is not more than EVENT_STREAMS (${eventStreams.maxPerProcess}) and REQUESTS_AT_ONCE (${requestsAtOnce}) together: further connections are closed without a response.`,
			'Raise CONNECTIONS, or lower the other two.'
		)
	];
}
