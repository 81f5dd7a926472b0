import type { Config } from '../../lib/server/config/parse';
import { providers } from '../../lib/server/auth/session';
import { internalUrl } from '../../lib/server/sts/addresses';
import { ask } from './ask';
import type { Metadata } from './discovery';
import { fault, type Finding, ok, warning } from './finding';

type Facts = Pick<Config, 'sts' | 'origin'>;

/** Whether the STS knows this portal: its credentials, and both addresses that people come back to. */
export async function examineClient(config: Facts, metadata: Metadata): Promise<readonly Finding[]> {
	return [await credentials(config, metadata), ...(await callbacks(config, metadata))];
}

/** A code that nobody gave out: a known client hears that of the code, another hears it of itself (RFC 6749 5.2). */
async function credentials({ sts, origin }: Facts, metadata: Metadata): Promise<Finding> {
	const endpoint = addressOf(metadata, 'token_endpoint');
	if (endpoint === null) return fault('The STS names no token endpoint.', 'Its discovery document is incomplete.');
	const grant = { grant_type: 'authorization_code', code: 'portal-doctor', redirect_uri: callbackUrl(origin, 'sts') };
	const answer = await ask(internalUrl(endpoint, sts), { method: 'POST', ...withCredentials(sts, grant) });
	if (typeof answer === 'string')
		return fault(`The token endpoint gives no answer (${answer}).`, 'Check STS_INTERNAL_URL.');
	const code = answer.json?.error;
	if (code === 'invalid_grant') return ok('The STS accepts the portal’s credentials.');
	if (answer.status === 401 || code === 'invalid_client' || code === 'unauthorized_client')
		return fault(
			'The STS refuses the portal’s credentials.',
			`Check STS_CLIENT_ID, STS_CLIENT_SECRET, and that the STS takes ${sts.clientAuth} (STS_CLIENT_AUTH).`
		);
	return warning(
		`The token endpoint answered ${answer.status} to a made-up code; that tells nothing of the credentials.`,
		'Sign in once to see whether they are right.'
	);
}

async function callbacks(config: Facts, metadata: Metadata): Promise<readonly Finding[]> {
	const findings: Finding[] = [];
	for (const provider of providers) findings.push(await callback(config, metadata, provider));
	return findings;
}

/** An authorization request that asks nobody anything: with a registered address the STS sends the browser back there. */
async function callback({ sts, origin }: Facts, metadata: Metadata, provider: string): Promise<Finding> {
	const redirectUri = callbackUrl(origin, provider);
	const request = {
		client_id: sts.clientId,
		response_type: 'code',
		scope: 'openid',
		prompt: 'none',
		redirect_uri: redirectUri,
		state: 'portal-doctor',
		nonce: 'portal-doctor',
		// Of a verifier that nobody has (RFC 7636 4.2).
		code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
		code_challenge_method: 'S256'
	};
	const pushed = addressOf(metadata, 'pushed_authorization_request_endpoint');
	const authorization = addressOf(metadata, 'authorization_endpoint');
	if (pushed !== null) {
		const answer = await ask(internalUrl(pushed, sts), { method: 'POST', ...withCredentials(sts, request) });
		if (typeof answer !== 'string' && answer.status === 201) return registered(redirectUri);
		if (typeof answer !== 'string' && answer.status === 400) return unregistered(redirectUri);
	} else if (authorization !== null) {
		const url = `${internalUrl(authorization, sts)}?${new URLSearchParams(request)}`;
		const answer = await ask(url, { timeoutMs: sts.timeoutMs });
		if (typeof answer !== 'string' && answer.headers.get('location')?.startsWith(redirectUri))
			return registered(redirectUri);
		if (typeof answer !== 'string' && answer.status >= 400 && answer.status < 500) return unregistered(redirectUri);
	}
	return warning(`It can’t be told whether ${redirectUri} is registered.`, 'Sign in once to see.');
}

const registered = (uri: string) => ok(`The callback ${uri} is registered at the STS.`);
const unregistered = (uri: string) =>
	fault(
		`The STS refuses the callback ${uri}.`,
		'Register exactly this address for the portal’s client, and check AUTH_URL.'
	);

const callbackUrl = (origin: string, provider: string) => `${origin}/api/auth/callback/${provider}`;

function addressOf(metadata: Metadata, name: string): string | null {
	const value = metadata[name];
	return typeof value === 'string' && URL.canParse(value) ? value : null;
}

function withCredentials(sts: Config['sts'], fields: Readonly<Record<string, string>>) {
	const { clientId, clientSecret, clientAuth, timeoutMs } = sts;
	if (clientAuth === 'client_secret_post')
		return { timeoutMs, body: new URLSearchParams({ ...fields, client_id: clientId, client_secret: clientSecret }) };
	// Each part is form-encoded first (RFC 6749 2.3.1).
	const pair = [clientId, clientSecret].map((part) => new URLSearchParams({ part }).toString().slice('part='.length));
	const authorization = `Basic ${Buffer.from(pair.join(':')).toString('base64')}`;
	return { timeoutMs, headers: { authorization }, body: new URLSearchParams(fields) };
}
