import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from './index.ts';
import { HolderKey } from './issuer/holder-key.ts';
import { parsed } from './parsed.ts';
import { createWalletKey } from './wallet/presentation.ts';
import { fetchRequest } from './wallet/request.ts';
import { decline, share } from './wallet/wallet.ts';

// The command `npm run wallet` and the verifier of the sandbox, over HTTP.
const Summary = v.looseObject({ id: v.string(), link: v.string(), status: v.string() });

let sandbox: Sandbox;
let anchor: string;

beforeAll(async () => {
	sandbox = await startSandbox({ stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
	anchor = await (await fetch(`${sandbox.bridgeUrl}/issuer/ca.pem`)).text();
});
afterAll(() => sandbox.stop());

async function create(options: Record<string, unknown> = {}) {
	const body = JSON.stringify(options);
	return parsed(await fetch(`${sandbox.controlUrl}/presentations`, { method: 'POST', body }), Summary);
}

async function read(id: string) {
	return parsed(await fetch(`${sandbox.controlUrl}/presentations/${id}`), Summary);
}

describe.each(['direct_post', 'direct_post.jwt'])('a wallet that responds by %s', (responseMode) => {
	test.each(['x509_hash', 'decentralized_identifier'])(
		'shares with a verifier identified by %s',
		async (clientIdPrefix) => {
			const { id, link, status } = await create({ responseMode, clientIdPrefix, queryId: 'eduid-affiliation' });
			expect(status).toBe('created');
			const request = await fetchRequest(link, [anchor]);
			expect((await read(id)).status).toBe('requested');
			const key = await createWalletKey();
			const credential = await sandbox.issueCredential('known-student', v.parse(HolderKey, key.jwk));
			expect((await share(request, credential, key)).status).toBe(200);
			expect(await read(id)).toMatchObject({
				status: 'verified',
				presentation: { claims: { eduperson_scoped_affiliation: expect.arrayContaining([expect.any(String)]) } }
			});
			const again = await share(request, credential, key);
			expect([again.status, await again.json()]).toEqual([
				400,
				{ error: 'invalid_request', error_description: 'replayed_response' }
			]);
		}
	);

	test('declines', async () => {
		const { id, link } = await create({ responseMode });
		expect((await decline(await fetchRequest(link, [anchor]))).status).toBe(200);
		expect(await read(id)).toMatchObject({ status: 'failed', error: 'access_denied' });
	});
});

test('a wallet refuses a request that a foreign verifier has signed', async () => {
	const { link } = await create();
	const other = new URL(link).searchParams;
	const changed = `openid4vp://?${new URLSearchParams({ ...Object.fromEntries(other), client_id: 'x509_hash:another' })}`;
	await expect(fetchRequest(changed, [anchor])).rejects.toThrow('another certificate');
	await expect(fetchRequest(link, [])).rejects.toThrow('untrusted_issuer');
});

test('the settings of the verifier can be changed until the next reset', async () => {
	const { publicUrl } = sandbox.configureVerifier({});
	const changes = {
		clientIdPrefix: 'decentralized_identifier',
		publicUrl: 'https://tunnel.example/anything',
		walletUrl: 'openid4vp://'
	};
	const body = JSON.stringify(changes);
	const changed = await fetch(`${sandbox.controlUrl}/verifier`, { method: 'POST', body });
	expect(await changed.json()).toEqual({
		...changes,
		dcApi: false,
		publicUrl: 'https://tunnel.example',
		responseMode: 'direct_post.jwt'
	});
	expect((await create()).link).toMatch(
		/^openid4vp:\/\/\?client_id=decentralized_identifier%3A[^&]+&request_uri=https%3A%2F%2Ftunnel\.example%2Fverifier%2Frequest%2F/
	);
	sandbox.reset();
	const { link } = await create();
	const request_uri = `${publicUrl}/verifier/request/`;
	expect(link).toMatch(new RegExp(`^${sandbox.bridgeUrl}/wallet\\?client_id=x509_hash`));
	expect(new URL(link).searchParams.get('request_uri')).toMatch(new RegExp(`^${request_uri}`));
});

test('the error for an invalid setting names the setting', async () => {
	const body = JSON.stringify({ walletUrl: 'openid4vp' });
	const wrong = await fetch(`${sandbox.controlUrl}/verifier`, { method: 'POST', body });
	expect([wrong.status, await wrong.json()]).toEqual([400, { error: expect.stringMatching(/^walletUrl: /) }]);
});

test('an unknown request returns 404, and the error for an invalid option names the option', async () => {
	expect((await fetch(`${sandbox.bridgeUrl}/verifier/request/none`)).status).toBe(404);
	const body = JSON.stringify({ queryId: 'all' });
	const wrong = await fetch(`${sandbox.controlUrl}/presentations`, { method: 'POST', body });
	expect([wrong.status, await wrong.json()]).toEqual([400, { error: expect.stringMatching(/^queryId: /) }]);
});
