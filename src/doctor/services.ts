import { createBridge } from '../lib/server/bridge/client';
import { readFault } from '../lib/server/bridge/errors';
import { sessionPath } from '../lib/server/bridge/request';
import { CLOCK_TOLERANCE_SECONDS } from '../lib/server/clock';
import type { Config } from '../lib/server/config/parse';
import { toProblem } from '../lib/server/http/problem';
import { upstreamUrl } from '../lib/server/upstream/client';
import { fitsQrCode } from '../lib/ui/qr-svg';
import { viaProxy, type Reply, request, type Exchange } from './http';
import { type Finding, good, warning, wrong, corsFindings, examineClock, CROSS_ORIGIN } from './findings';
import type { Backend } from '../lib/server/config/backends';
import { GATEWAY_ERRORS } from '../lib/server/http/upstream-error';

const UNKNOWN_SESSION = '0'.repeat(32);
const ADVICE = 'Check AUTH_BRIDGE_URL, its path included.';

/** The status URL of a wallet session that does not exist. */
function unknownSessionStatusUrl(base: string): string {
	return upstreamUrl(new URL(base), sessionPath(UNKNOWN_SESSION, 'status')).href;
}

/**
 * Checks that the Auth Bridge responds to the status request of an unknown session with an error that the portal understands, and that it
 * accepts the service client's token, if there is one.
 */
export async function examineBridge(
	{ bridge, service }: Pick<Config, 'bridge' | 'service'>,
	token: string | undefined
): Promise<readonly Finding[]> {
	const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
	const response = await request(unknownSessionStatusUrl(bridge.url), { headers, timeoutMs: bridge.timeoutMs });
	if ('failure' in response)
		return [
			wrong(
				'bridge',
				`The Auth Bridge at ${new URL(bridge.url).host} can’t be reached: ${response.failure.reason}.`,
				`${response.failure.advice} The address comes from AUTH_BRIDGE_URL.`
			)
		];
	const clock = examineClock(
		{
			check: 'bridge.clock',
			service: 'the Auth Bridge',
			consequences: [
				{
					aboveSeconds: CLOCK_TOLERANCE_SECONDS,
					severity: 'warning',
					text: 'QR codes will seem to expire too early or too late.'
				}
			]
		},
		response.reply
	);
	return [bridgeFinding(bridge.url, response.reply, service.bridge !== undefined, token), ...clock];
}

/** Sends a request that a page of any site could send: `complete` for a session that does not exist. */
export async function examineBridgeCors({ bridge }: Pick<Config, 'bridge'>): Promise<readonly Finding[]> {
	const url = unknownSessionStatusUrl(bridge.url).replace(/status$/, 'complete');
	const headers = { origin: CROSS_ORIGIN, 'content-type': 'application/json' };
	const response = await request(url, { method: 'POST', headers, body: '{}', timeoutMs: bridge.timeoutMs });
	return corsFindings('bridge.cors', 'Auth Bridge', response);
}

function bridgeFinding(url: string, reply: Reply, hasClient: boolean, token: string | undefined): Finding {
	const { status } = reply;
	if (knowsNoSuchSession(reply))
		return good('bridge', 'The Auth Bridge responds as expected (404 for an unknown wallet session).');
	if (status === 401 || status === 403) return refused(status, hasClient, token);
	return wrong(
		'bridge',
		`The service at AUTH_BRIDGE_URL${viaProxy(url)} has no wallet session API (status ${status}).`,
		adviceFor(url, status)
	);
}

/** Web servers respond with 400 to plain HTTP at a port for TLS. */
function adviceFor(url: string, status: number): string {
	return status === 400 && url.startsWith('http:') ? `${ADVICE} If that port is for TLS, write https://.` : ADVICE;
}

function knowsNoSuchSession(reply: Reply): boolean {
	const { code, status } = readFault({ ...reply, text: '' });
	// The old format has the status instead of a code: `{"code":"404"}`.
	const isOldShape = code === null && reply.json?.code === String(status);
	return code === 'SESSION_NOT_FOUND' || (isOldShape && status === 404);
}

function refused(status: number, hasClient: boolean, token: string | undefined): Finding {
	if (!hasClient)
		return wrong(
			'bridge',
			`The Auth Bridge asks for a credential (status ${status}), and the portal has none before sign-in.`,
			'Set AUTH_BRIDGE_CLIENT_ID and AUTH_BRIDGE_CLIENT_SECRET.'
		);
	if (token === undefined)
		return warning(
			'bridge',
			`The Auth Bridge asks for a credential (status ${status}), and the STS issued none.`,
			'Fix the service client first.'
		);
	return wrong(
		'bridge',
		`The Auth Bridge refuses the service client’s token (status ${status}).`,
		status === 403
			? 'Give the service client the role or scope that the Auth Bridge requires (AUTH_BRIDGE_SCOPE).'
			: 'Configure the STS to put the audience that the Auth Bridge requires into the token (AUTH_BRIDGE_AUDIENCE, AUTH_BRIDGE_RESOURCE).'
	);
}

const SESSION_CHECK = 'bridge.session';

/**
 * Creates a wallet session, as the portal does for a browser, and checks its QR code. The session expires by itself.
 * @param token the service client's access token
 */
export async function examineWalletSession(
	{ bridge, wallet }: Pick<Config, 'bridge' | 'wallet'>,
	token: string | undefined
): Promise<Finding> {
	const authorization = token === undefined ? undefined : `Bearer ${token}`;
	const credential = {
		requestId: crypto.randomUUID(),
		...(authorization && {
			authorization: { current: () => Promise.resolve(authorization), refresh: () => Promise.resolve(null) }
		})
	};
	try {
		const wanted = { queryId: wallet.defaultQueryId };
		const { requestUri } = await createBridge(bridge).createSession(wanted, credential);
		if (!fitsQrCode(requestUri))
			return warning(
				SESSION_CHECK,
				`The request URI of a wallet session has ${requestUri.length} characters: more than a QR code holds.`,
				'Only a wallet on the same device can open it: configure the Auth Bridge to pass requests by reference (request_uri).'
			);
		return good(SESSION_CHECK, 'The Auth Bridge creates wallet sessions that a wallet can open.');
	} catch (error) {
		const { code, facts } = toProblem(error);
		const cause = [code, ...Object.values(facts)].join(', ');
		return wrong(
			SESSION_CHECK,
			`The Auth Bridge does not create a wallet session (${cause}).`,
			'Check WALLET_QUERY_ID, the service client, and the log of the Auth Bridge.'
		);
	}
}

/** Checks that each backend of BACKENDS responds at its base URL, and accepts the service client's token if its token kind is `service`. */
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
			return backendFinding(backend, response, token !== undefined);
		})
	);
}

function backendFinding({ name, url }: Backend, response: Exchange, hasToken: boolean): Finding {
	const check = `backend.${name}`;
	if ('failure' in response) {
		const { reason, advice } = response.failure;
		return wrong(check, `Backend "${name}" at ${new URL(url).host} can’t be reached: ${reason}.`, advice);
	}
	const { status } = response.reply;
	if (GATEWAY_ERRORS.includes(status))
		return wrong(
			check,
			`The gateway of backend "${name}"${viaProxy(url)} reports it as unavailable (status ${status}).`,
			'Start the backend, or correct its url in BACKENDS.'
		);
	if (hasToken && (status === 401 || status === 403))
		return warning(
			check,
			`Backend "${name}" refuses the service client’s token at its base URL (status ${status}).`,
			'Check its tokenScope, tokenAudience and tokenResource, and what the backend requires in a token.'
		);
	return good(check, `Backend "${name}" responds.`);
}
