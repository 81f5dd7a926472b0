import { CompactEncrypt, decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { HolderKey } from './issuer/holder-key.ts';
import { CredentialIssuer } from './issuer/issuer.ts';
import { parsed } from './parsed.ts';
import { personById } from './people.ts';
import { verifyPresentation } from './verifier/presentation.ts';
import { StatusLists } from './verifier/status-lists.ts';
import { bindKey, createWalletKey, disclose, type WalletKey } from './wallet/presentation.ts';
import { fetchRequest, type PresentationRequest } from './wallet/request.ts';

// What wallets that others wrote may send to the verifier, beside what the sandbox's own wallet sends.
const Summary = v.looseObject({ id: v.string(), link: v.string(), status: v.string() });

let sandbox: Sandbox;
let anchor: string;
let key: WalletKey;

beforeAll(async () => {
	sandbox = await startSandbox({ stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
	anchor = await (await fetch(`${sandbox.bridgeUrl}/issuer/ca.pem`)).text();
	key = await createWalletKey();
});
afterAll(() => sandbox.stop());

async function create(options: Record<string, unknown> = {}) {
	const body = JSON.stringify(options);
	return parsed(await fetch(`${sandbox.controlUrl}/presentations`, { method: 'POST', body }), Summary);
}

const requestUri = (link: string) => new URL(link).searchParams.get('request_uri') ?? '';

/** A request, a presentation for it, and the status of the request afterwards. */
async function prepare(responseMode: 'direct_post' | 'direct_post.jwt') {
	const { id, link } = await create({ responseMode });
	const request = await fetchRequest(link, [anchor]);
	const credential = await sandbox.issueCredential('known-student', v.parse(HolderKey, key.jwk));
	const claims = request.dcql_query.credentials[0].claims.map(({ path }) => path[0]);
	const issuedAt = Math.floor(Date.now() / 1000);
	const binding = { key, audience: request.client_id, nonce: request.nonce, issuedAt };
	const presentation = await bindKey(await disclose(credential, claims), binding);
	const read = async () => (await parsed(await fetch(`${sandbox.controlUrl}/presentations/${id}`), Summary)).status;
	return { request, presentation, read };
}

async function encrypt(request: PresentationRequest, payload: Record<string, unknown>): Promise<string> {
	const jwk = request.client_metadata.jwks?.keys[0];
	if (jwk === undefined) throw new Error('the request has no key');
	return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(payload)))
		.setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: jwk.kid })
		.encrypt(await importJWK(jwk, 'ECDH-ES'));
}

/** Status and error of the response to a form. */
async function post(request: PresentationRequest, form: [string, string][]) {
	const response = await fetch(request.response_uri, { method: 'POST', body: new URLSearchParams(form) });
	const { error_description } = await parsed(response, v.object({ error_description: v.optional(v.string()) }));
	return [response.status, error_description];
}

describe('an encrypted response', () => {
	test('needs no state, because only a wallet that read the request knows the key', async () => {
		const { request, presentation, read } = await prepare('direct_post.jwt');
		const response = await encrypt(request, { vp_token: { eduid: [presentation] } });
		expect(await post(request, [['response', response]])).toEqual([200, undefined]);
		expect(await read()).toBe('verified');
	});

	test('with the state of another request is refused, and leaves the request open', async () => {
		const { request, presentation, read } = await prepare('direct_post.jwt');
		const response = await encrypt(request, { vp_token: { eduid: [presentation] }, state: 'another' });
		expect(await post(request, [['response', response]])).toEqual([400, 'unknown_state']);
		expect(await read()).toBe('requested');
	});

	test('may report that the person declined', async () => {
		const { request, read } = await prepare('direct_post.jwt');
		const response = await encrypt(request, { error: 'access_denied', error_description: 'not today' });
		expect(await post(request, [['response', response]])).toEqual([200, undefined]);
		expect(await read()).toBe('failed');
	});
});

describe('a response without encryption is refused, and leaves the request open', () => {
	test.each<[string, string, (state: string, presentation: string) => [string, string][]]>([
		['without a state', 'unknown_state', (_state, one) => [['vp_token', JSON.stringify({ eduid: [one] })]]],
		[
			'with two presentations for a query for one',
			'malformed_response',
			(state, one) => [
				['state', state],
				['vp_token', JSON.stringify({ eduid: [one, one] })]
			]
		],
		[
			'with a repeated parameter',
			'malformed_response',
			(state, one) => [
				['state', state],
				['vp_token', JSON.stringify({ eduid: [one] })],
				['vp_token', JSON.stringify({ eduid: [one] })]
			]
		]
	])('%s', async (_what, code, form) => {
		const { request, presentation, read } = await prepare('direct_post');
		expect(await post(request, form(request.state, presentation))).toEqual([400, code]);
		expect(await read()).toBe('requested');
		const good = JSON.stringify({ eduid: [presentation] });
		// Parameters that the verifier does not know are ignored (OpenID4VP, section 8.1).
		const response: [string, string][] = [
			['state', request.state],
			['vp_token', good],
			['iss', 'https://wallet.example']
		];
		expect(await post(request, response)).toEqual([200, undefined]);
		expect(await read()).toBe('verified');
	});
});

describe('the request object', () => {
	test('contains the unchanged nonce of a wallet, in any alphabet, and none for a wallet that sends none', async () => {
		const uri = requestUri((await create()).link);
		const wallet_nonce = 'kxbJ//QQ/qheqcBnVzjZPg==';
		const body = new URLSearchParams({
			wallet_nonce,
			wallet_metadata: '{"vp_formats_supported":{}}',
			other: 'ignored'
		});
		const posted = await fetch(uri, { method: 'POST', body });
		expect(posted.headers.get('content-type')).toBe('application/oauth-authz-req+jwt');
		expect(decodeJwt(await posted.text())).toMatchObject({ wallet_nonce });
		expect(decodeJwt(await (await fetch(uri)).text())).not.toHaveProperty('wallet_nonce');
		expect(decodeJwt(await (await fetch(uri, { method: 'POST' })).text())).not.toHaveProperty('wallet_nonce');
	});

	test.each(['x509_hash', 'decentralized_identifier'])(
		'has no issuer, which a library would take for the DID of the verifier (%s)',
		async (clientIdPrefix) => {
			const { link } = await create({ clientIdPrefix });
			expect(decodeJwt(await (await fetch(requestUri(link))).text())).not.toHaveProperty('iss');
		}
	);

	test('is refused for a wallet nonce that is too long', async () => {
		const body = new URLSearchParams({ wallet_nonce: 'x'.repeat(513) });
		const refused = await fetch(requestUri((await create()).link), { method: 'POST', body });
		expect(refused.status).toBe(400);
	});

	test('returns an Allow header for other methods, as does the response endpoint', async () => {
		const uri = requestUri((await create()).link);
		const allow = async (address: string, method: string) => {
			const { status, headers } = await fetch(address, { method });
			return [status, headers.get('allow')];
		};
		expect(await allow(uri, 'PUT')).toEqual([405, 'GET, POST']);
		expect(await allow(uri.replace('/request/', '/response/'), 'GET')).toEqual([405, 'POST']);
	});
});

describe('a certificate of the same authority', () => {
	const issuerUrl = 'http://issuer.test/issuer';
	const verifierUrl = 'http://issuer.test/verifier';
	const now = Date.now();

	/** The credential as another holder of a certificate would issue it. */
	async function reissue(issuer: CredentialIssuer, certifiedUrl: string, iss: string): Promise<string> {
		const credential = await issuer.issue({
			person: personById('known-student'),
			holderKey: v.parse(HolderKey, key.jwk)
		});
		const [jwt = '', ...disclosures] = credential.split('~');
		const { privateKey, x5c } = await issuer.certify('Another', certifiedUrl);
		const header = { ...decodeProtectedHeader(jwt), alg: 'ES256', x5c: [...x5c] };
		const signed = await new SignJWT({ ...decodeJwt(jwt), iss }).setProtectedHeader(header).sign(privateKey);
		return [signed, ...disclosures].join('~');
	}

	test.each([
		[verifierUrl, issuerUrl],
		[verifierUrl, verifierUrl],
		[issuerUrl, verifierUrl]
	])('%s cannot issue credentials of %s', async (certifiedUrl, iss) => {
		const issuer = new CredentialIssuer(issuerUrl);
		const trusted = { issuer: issuerUrl, trustAnchors: [await issuer.certificate()] };
		const statusLists = new StatusLists({
			...trusted,
			now: () => now,
			fetch: async () => new Response(await issuer.statusList())
		});
		const binding = { key, audience: 'x509_hash:a', nonce: 'b', issuedAt: Math.floor(now / 1000) };
		const presentation = await bindKey(await disclose(await reissue(issuer, certifiedUrl, iss), []), binding);
		const required = { audiences: ['x509_hash:a'], nonce: 'b', vctValues: [], claims: [], statusLists, now };
		await expect(verifyPresentation(presentation, { ...trusted, ...required })).rejects.toMatchObject({
			code: 'untrusted_issuer'
		});
	});

	test('cannot sign status lists', async () => {
		const issuer = new CredentialIssuer(issuerUrl);
		const { privateKey, x5c } = await issuer.certify('Verifier', verifierUrl);
		const list = await issuer.statusList();
		const header = { ...decodeProtectedHeader(list), alg: 'ES256', x5c: [...x5c] };
		const signed = await new SignJWT(decodeJwt(list)).setProtectedHeader(header).sign(privateKey);
		const statusLists = new StatusLists({
			issuer: issuerUrl,
			trustAnchors: [await issuer.certificate()],
			now: () => now,
			fetch: async () => new Response(signed)
		});
		await expect(statusLists.status(issuer.statusListUrl, 0)).rejects.toMatchObject({ code: 'status_unavailable' });
	});
});
