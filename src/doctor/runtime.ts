import { lacksConnections } from '../entry/startup';
import type { Config } from '../lib/server/config/parse';
import { runtime as thisRuntime } from '../lib/server/runtime';
import { type Finding, warning } from './findings';

/** The end of life of the release lines of Node (https://github.com/nodejs/Release). */
const NODE_ENDS: Readonly<Record<string, string>> = {
	20: '2026-04-30',
	21: '2024-06-01',
	22: '2027-04-30',
	23: '2025-06-01',
	24: '2028-04-30',
	25: '2026-06-01'
};

/** Warns of a version of Node that gets no more security fixes. @param runtime such as `node 20.19.0` */
export function examineRuntime(runtime: string, nowMs: number): readonly Finding[] {
	const [, major = ''] = /^node (\d+)\./.exec(runtime) ?? [];
	const end = NODE_ENDS[major];
	if (end === undefined || nowMs < Date.parse(end)) return [];
	return [
		warning(
			'runtime',
			`Node ${major} reached its end of life on ${end}, and gets no more security fixes.`,
			'Run the portal with a supported release line of Node: https://github.com/nodejs/Release#release-schedule.'
		)
	];
}

/** Whether the limits of a process fit together. On Deno, `CONNECTIONS` has no effect. */
export function examineConnections(config: Config): readonly Finding[] {
	if (!thisRuntime.startsWith('node') || !lacksConnections(config)) return [];
	const { connections, eventStreams, requestsAtOnce } = config;
	return [
		warning(
			'configuration.connections',
			`CONNECTIONS (${connections}) is not more than EVENT_STREAMS (${eventStreams.maxPerProcess}) and REQUESTS_AT_ONCE (${requestsAtOnce}) together: further connections are closed without a response.`,
			'Raise CONNECTIONS, or lower the other two.'
		)
	];
}
