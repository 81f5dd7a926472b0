import { type Exchange, request } from './exchange';
import { type Finding, good, warning, wrong } from './report';
import { DEFAULT_HEAD_BYTES } from './session-size';

const LIMIT_MS = 15_000;
/** The limit of all cookies of the portal together. */
const REQUEST_COOKIE_BYTES = 7000;

/**
 * Checks that the reverse proxy of a running portal accepts the largest request and response heads.
 * @param headBytes the size of the largest response head
 */
export async function examineProxy(publicUrl: string, headBytes = DEFAULT_HEAD_BYTES): Promise<readonly Finding[]> {
	const base = new URL(publicUrl).origin;
	const reached = await request(`${base}/api/health`, { timeoutMs: LIMIT_MS });
	if (!isPortal(reached)) return [unreached(base, reached)];
	return [
		good('proxy', `The portal responds at ${base}.`),
		await requestHeadFinding(base),
		await responseHeadFinding(base, headBytes)
	];
}

function isPortal(response: Exchange): boolean {
	return 'reply' in response && response.reply.status === 200 && response.reply.json?.status === 'ok';
}

function unreached(base: string, response: Exchange): Finding {
	if ('failure' in response) {
		const { reason, advice } = response.failure;
		return wrong('proxy', `The portal can’t be reached at ${base}: ${reason}.`, advice);
	}
	return wrong(
		'proxy',
		`What responds at ${base}/api/health is not the portal (status ${response.reply.status}).`,
		'Start the portal first, and let the proxy pass all paths on to it.'
	);
}

/** Sends a request with as many bytes of cookies as a browser may hold for the portal. */
async function requestHeadFinding(base: string): Promise<Finding> {
	const headers = { cookie: `doctor=${'x'.repeat(REQUEST_COOKIE_BYTES - 'doctor='.length)}` };
	const response = await request(`${base}/api/health`, { headers, timeoutMs: LIMIT_MS });
	if (isPortal(response))
		return good('proxy.request-head', `The proxy lets requests with ${REQUEST_COOKIE_BYTES} bytes of cookies pass.`);
	return wrong(
		'proxy.request-head',
		`The proxy refuses requests with ${REQUEST_COOKIE_BYTES} bytes of cookies (${outcomeOf(response)}).`,
		'Allow request headers of 8 kB (nginx: large_client_header_buffers 4 8k; Apache: LimitRequestFieldSize 8190).'
	);
}

/** The portal redirects a path with a trailing slash and keeps the query, which determines the size of the response head. */
async function responseHeadFinding(base: string, headBytes: number): Promise<Finding> {
	const probe = (padding: number) => request(`${base}/help/?doctor=${'x'.repeat(padding)}`, { timeoutMs: LIMIT_MS });
	const small = await probe(1);
	const smallBytes = headBytesOf(small);
	if (smallBytes === null)
		return warning(
			'proxy.response-head',
			`The check could not determine which response heads the proxy lets pass (${outcomeOf(small)}).`,
			'Sign in once through the proxy to see.'
		);
	const large = await probe(Math.max(1, headBytes - smallBytes + 1));
	if (headBytesOf(large) !== null)
		return good('proxy.response-head', `The proxy lets response heads of ${headBytes} bytes pass.`);
	return wrong(
		'proxy.response-head',
		`The proxy refuses response heads of ${headBytes} bytes (${outcomeOf(large)}): people can’t sign in.`,
		'Allow response headers of 16 kB (nginx: proxy_buffer_size 16k, proxy_buffers 8 16k).'
	);
}

/** Null if the response is not the portal's redirect. */
function headBytesOf(response: Exchange): number | null {
	if ('failure' in response || response.reply.status !== 308) return null;
	const lines = [...response.reply.headers].map(([name, value]) => `${name}: ${value}\r\n`);
	return Buffer.byteLength(`HTTP/1.1 308 Permanent Redirect\r\n${lines.join('')}\r\n`);
}

function outcomeOf(response: Exchange): string {
	return 'failure' in response ? response.failure.reason : `status ${response.reply.status}`;
}
