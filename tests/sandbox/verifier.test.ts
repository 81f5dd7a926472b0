import { describe, expect, test } from 'vitest';
import { maxResponseBytes } from './verifier/response.ts';
import type { ResponseMode } from './verifier/settings.ts';
import {
	fixture,
	createRequest,
	createVerifier,
	outcome,
	present,
	type RequestObject,
	responseBody,
	useVerifierFixture,
	requestOptions
} from './verifier-fixture.ts';

useVerifierFixture();

describe('a response that is not proven to belong to the request leaves it open', () => {
	const strange: [string, ResponseMode, (request: RequestObject, presentation: string) => unknown][] = [
		[
			'undecryptable_response',
			'direct_post.jwt',
			async (request, presentation) =>
				responseBody(request, presentation, {
					...fixture.otherKey.jwk,
					kid: request.client_metadata.jwks?.keys[0].kid ?? ''
				})
		],
		[
			'encryption_required',
			'direct_post.jwt',
			({ state }, presentation) =>
				new URLSearchParams({ state, vp_token: JSON.stringify({ eduid: [presentation] }) }).toString()
		],
		['malformed_response', 'direct_post.jwt', () => 'response=nonsense'],
		['malformed_response', 'direct_post', ({ state }) => `state=${state}&vp_token=nonsense`],
		['malformed_response', 'direct_post', ({ state }) => `state=${state}&vp_token=%7B%22eduid%22%3A%5B%5D%7D`],
		['malformed_response', 'direct_post', ({ state }) => `state=${state}`],
		['unknown_state', 'direct_post', () => 'error=access_denied'],
		['malformed_response', 'direct_post', () => ''],
		['unknown_state', 'direct_post', () => 'state=another&error=access_denied'],
		['response_too_large', 'direct_post', ({ state }) => `state=${state}&vp_token=${'x'.repeat(maxResponseBytes)}`]
	];
	test.each(strange)('%s (%s)', async (code, mode, create) => {
		const { verifier, transaction, request } = await createRequest(mode);
		const presentation = await present(request);
		expect(await outcome(verifier.receive(transaction.id, String(await create(request, presentation))))).toBe(code);
		const body = await responseBody(request, presentation);
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('accepted');
	});
});

describe('an error of the wallet ends the request', () => {
	test.each([
		['access_denied', 'access_denied'],
		['vp_formats_not_supported', 'wallet_error']
	])('%s is reported as %s, even without encryption', async (error, code) => {
		const { verifier, transaction, request } = await createRequest('direct_post.jwt');
		const body = String(new URLSearchParams({ state: request.state, error }));
		expect(await outcome(verifier.receive(transaction.id, body))).toBe(code);
		expect(transaction).toMatchObject({ status: 'failed', error: { code } });
	});
});

describe('a request', () => {
	test('for an unknown query is not created', async () => {
		const verifier = await createVerifier();
		await expect(verifier.create({ ...requestOptions, queryId: 'toString' })).rejects.toThrow(RangeError);
	});

	test('meets OpenID4VP and RFC 9101, and contains the nonce of the wallet', async () => {
		const { verifier, transaction, request } = await createRequest('direct_post.jwt');
		expect(request).toMatchObject({
			aud: 'https://self-issued.me/v2',
			response_type: 'vp_token',
			response_mode: 'direct_post.jwt',
			response_uri: `https://verifier.test/response/${transaction.id}`,
			dcql_query: { credentials: [{ id: 'eduid', format: 'dc+sd-jwt' }] }
		});
		expect(request.client_id).toBe(new URL(transaction.link).searchParams.get('client_id'));
		const again = await verifier.requestObject(transaction.id, 'from-the-wallet');
		const payload: unknown = JSON.parse(Buffer.from(again.split('.')[1] ?? '', 'base64url').toString());
		expect(payload).toMatchObject({ wallet_nonce: 'from-the-wallet', nonce: request.nonce });
	});

	test('that does not exist has no request object and accepts no response', async () => {
		const verifier = await createVerifier();
		expect(await outcome(verifier.requestObject('none'))).toBe('unknown_state');
		expect(await outcome(verifier.receive('none', ''))).toBe('unknown_state');
	});
});
