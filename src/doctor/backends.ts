import type { Backend } from '../lib/server/config/backends';
import type { Config } from '../lib/server/config/parse';
import { viaProxy } from './egress';
import { type Exchange, request } from './exchange';
import { type Finding, good, warning, wrong } from './report';

/** Status codes of gateways whose upstream service is not available. */
const UNAVAILABLE = [502, 503, 504];

/** Checks that each service of BACKENDS responds at its base URL, and accepts the service client's token if its token kind is `service`. */
export async function examineBackends(
	{ backends }: Pick<Config, 'backends'>,
	tokens: ReadonlyMap<string, string>
): Promise<readonly Finding[]> {
	return Promise.all(
		backends.map(async (backend) => {
			const token = tokens.get(backend.name);
			const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
			const { url, timeoutMs } = backend;
			const response = await request(url, { method: 'HEAD', headers, timeoutMs });
			return responseFinding(backend, response, token !== undefined);
		})
	);
}

function responseFinding({ name, url }: Backend, response: Exchange, hasToken: boolean): Finding {
	const check = `backend.${name}`;
	if ('failure' in response) {
		const { reason, advice } = response.failure;
		return wrong(check, `Backend "${name}" at ${new URL(url).host} can’t be reached: ${reason}.`, advice);
	}
	const { status } = response.reply;
	if (UNAVAILABLE.includes(status))
		return wrong(
			check,
			`What stands in front of backend "${name}"${viaProxy(url)} says that it is not there (status ${status}).`,
			'Start the service, or correct its url in BACKENDS.'
		);
	if (hasToken && (status === 401 || status === 403))
		return warning(
			check,
			`Backend "${name}" refuses the service client’s token at its base address (status ${status}).`,
			'Check its tokenScope, tokenAudience and tokenResource, and what the service wants to see in a token.'
		);
	return good(check, `Backend "${name}" responds.`);
}
