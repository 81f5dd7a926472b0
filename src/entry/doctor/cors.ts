import type { Config } from '../../lib/server/config/parse';
import { internalUrl } from '../../lib/server/sts/addresses';
import { ask } from './ask';
import { statusUrl } from './bridge';
import type { Metadata } from './discovery';
import { fault, type Finding, ok, warning } from './finding';

const STRANGER = 'https://stranger.example';

/** Whether the services behind the portal let pages of any site read their answers (Fetch standard, CORS protocol). */
export async function examineCors(
	{ sts, bridge }: Pick<Config, 'sts' | 'bridge'>,
	metadata: Metadata | null
): Promise<readonly Finding[]> {
	const token = metadata?.token_endpoint;
	const asked = [
		{ name: 'Auth Bridge', url: statusUrl(bridge.url), timeoutMs: bridge.timeoutMs },
		...(typeof token === 'string'
			? [{ name: 'token endpoint of the STS', url: internalUrl(token, sts), timeoutMs: sts.timeoutMs }]
			: [])
	];
	return Promise.all(asked.map(({ name, url, timeoutMs }) => examine(name, url, timeoutMs)));
}

async function examine(name: string, url: string, timeoutMs: number): Promise<Finding> {
	const headers = { origin: STRANGER, 'access-control-request-method': 'POST' };
	const answers = await Promise.all([
		ask(url, { headers, timeoutMs }),
		ask(url, { method: 'OPTIONS', headers, timeoutMs })
	]);
	const heard = answers.filter((answer) => typeof answer !== 'string');
	const allowed = heard.filter((answer) =>
		['*', STRANGER].includes(answer.headers.get('access-control-allow-origin') ?? '')
	);
	if (heard.length === 0)
		return warning(`The ${name} gave no answer, so its CORS policy is not known.`, 'See the line above on it.');
	if (allowed.length === 0) return ok(`The ${name} lets no other site’s pages read its answers.`);
	const advice = 'Remove its Access-Control-Allow-Origin: no browser needs to call it, for the portal does.';
	return allowed.some((answer) => answer.headers.get('access-control-allow-credentials') === 'true')
		? fault(`The ${name} lets pages of any site call it with a person’s cookies.`, advice)
		: warning(`The ${name} lets pages of any site read its answers.`, advice);
}
