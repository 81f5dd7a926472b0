import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifyCertificate } from './verifier/trust.ts';
import {
	type Changes,
	createRequest,
	fixture,
	issue,
	outcome,
	present,
	responseBody,
	send,
	statusIndex,
	useVerifierFixture
} from './verifier-fixture.ts';
import { tamperWithDisclosure } from './wallet/presentation.ts';

useVerifierFixture();

describe('a presentation is accepted', () => {
	test.each([
		['direct_post', 'x509_hash'],
		['direct_post.jwt', 'x509_hash'],
		['direct_post', 'decentralized_identifier'],
		['direct_post.jwt', 'decentralized_identifier']
	] as const)('by %s with a client id of %s', async (mode, prefix) => {
		const { verifier, transaction, request } = await createRequest(mode, prefix);
		const body = await responseBody(request, await present(request));
		const { claims, holder } = await verifier.receive(transaction.id, body);
		expect(claims).toMatchObject({ given_name: 'Sanne', family_name: 'de Vries', birthdate: '2003-04-12' });
		expect(claims).not.toHaveProperty('email');
		expect(holder).toMatch(/^[\w-]{43}$/);
		expect(transaction.status).toBe('verified');
	});

	test('encrypted with A256GCM', async () => {
		const { verifier, transaction, request } = await createRequest('direct_post.jwt');
		const body = await responseBody(request, await present(request), undefined, 'A256GCM');
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('accepted');
	});

	test('with the other type of the eduID', async () => {
		expect(await send({ credential: await issue('known-student', 'nl.surf.eduid') })).toBe('accepted');
	});
});

describe('a presentation is refused', () => {
	test.each<[string, () => Changes | Promise<Changes>]>([
		['wrong_nonce', () => ({ nonce: 'another' })],
		['wrong_audience', () => ({ audience: 'x509_hash:another' })],
		['stale_key_binding', () => ({ issuedAt: Math.floor(Date.now() / 1000) - 301 })],
		['stale_key_binding', () => ({ issuedAt: Math.floor(Date.now() / 1000) + 302 })],
		['invalid_key_binding', () => ({ key: fixture.otherKey })],
		['invalid_key_binding', () => ({ afterBinding: (text) => text.slice(0, text.lastIndexOf('~') + 1) })],
		['wrong_sd_hash', () => ({ afterBinding: (text) => text.replace(/~[\w-]+~/, '~') })],
		['tampered_disclosure', () => ({ beforeBinding: tamperWithDisclosure })],
		['tampered_disclosure', () => ({ beforeBinding: (text) => text.replace(/~[\w-]+~/, '$&$&').replace('~~', '~') })],
		['invalid_signature', () => ({ beforeBinding: (text) => text.replace(/\.[\w-]{10}/, '.AAAAAAAAAA') })],
		['untrusted_issuer', async () => ({ credential: await issue('known-student', undefined, fixture.foreignIssuer) })],
		['wrong_type', async () => ({ credential: await issue('known-student', 'https://example.org/library-card') })],
		['missing_claim', () => ({ claims: ['given_name', 'family_name', 'birthdate'] })],
		['credential_expired', async () => ({ credential: await issue('expired-credential') })]
	])('with %s', async (code, changes) => {
		expect(await send(await changes())).toBe(code);
	});

	test.each([
		['credential_revoked', 'revoked'],
		['credential_suspended', 'suspended']
	] as const)('with %s', async (code, status) => {
		const credential = await issue();
		fixture.issuer.statuses.set(statusIndex(credential), status);
		expect(await send({ credential })).toBe(code);
	});

	test('when it is sent a second time, even at the same moment', async () => {
		const { verifier, transaction, request } = await createRequest();
		const body = await responseBody(request, await present(request));
		const both = await Promise.all([
			outcome(verifier.receive(transaction.id, body)),
			outcome(verifier.receive(transaction.id, body))
		]);
		expect(both.toSorted()).toEqual(['accepted', 'replayed_response']);
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('replayed_response');
		expect(await outcome(verifier.requestObject(transaction.id))).toBe('replayed_response');
	});

	test.each([
		['for another query', (one: string) => ({ pid: [one] })],
		['for two queries', (one: string) => ({ eduid: [one], pid: [one] })]
	])('%s', async (_what, vpToken) => {
		const { verifier, transaction, request } = await createRequest();
		const vp_token = JSON.stringify(vpToken(await present(request)));
		const body = String(new URLSearchParams({ state: request.state, vp_token }));
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('malformed_response');
		expect(transaction.status).toBe('failed');
	});

	test('as a response to another request', async () => {
		const first = await createRequest();
		const second = await createRequest();
		const presentation = await present(first.request);
		const body = await responseBody(second.request, presentation);
		expect(await outcome(second.verifier.receive(second.transaction.id, body))).toBe('wrong_nonce');
	});

	test('after the request has expired', async () => {
		const { verifier, transaction, request } = await createRequest();
		const body = await responseBody(request, await present(request));
		fixture.ahead = 300_000;
		expect(await outcome(verifier.receive(transaction.id, body))).toBe('request_expired');
	});
});

test('a certificate authority is not accepted as the issuer of a credential', async () => {
	const pem = await fixture.issuer.certificate();
	const der = new X509Certificate(pem).raw.toString('base64');
	expect(await outcome(verifyCertificate([der], [pem], new Date()))).toBe('untrusted_issuer');
});
