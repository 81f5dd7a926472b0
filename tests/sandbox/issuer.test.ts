import { createHash, X509Certificate } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { exportJWK, generateKeyPair, jwtVerify, type JWK } from 'jose';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { claimsOf } from './identity.ts';
import { startSandbox, type Sandbox } from './index.ts';
import { eduidVct, personClaims } from './issuer/issuer.ts';
import { parsed } from './parsed.ts';
import { people, personById, type PersonId } from './people.ts';

// Reads what the issuer made with other code than the issuer's: jose, node:crypto and node:zlib.
const Issued = v.object({ credential: v.string() });
const CredentialPayload = v.looseObject({
	_sd: v.array(v.string()),
	_sd_alg: v.literal('sha-256'),
	exp: v.number(),
	status: v.object({ status_list: v.object({ idx: v.number(), uri: v.string() }) })
});
const Disclosure = v.tuple([v.string(), v.string(), v.unknown()]);
const StatusListPayload = v.looseObject({ status_list: v.object({ bits: v.literal(2), lst: v.string() }) });

let sandbox: Sandbox;
let holderKey: JWK;

beforeAll(async () => {
	sandbox = await startSandbox({ stsPort: 0, bridgePort: 0, institutionPort: 0, controlPort: 0 });
	holderKey = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey);
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.reset());

function control(path: string, body: unknown): Promise<Response> {
	return fetch(`${sandbox.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
}

async function issue(person: PersonId, vct?: string): Promise<string> {
	const response = await control('/credentials', { person, jwk: holderKey, vct });
	return (await parsed(response, Issued)).credential;
}

async function trustAnchor(): Promise<X509Certificate> {
	const response = await fetch(`${sandbox.bridgeUrl}/issuer/ca.pem`);
	return new X509Certificate(await response.text());
}

/** Verifies a JWT of the issuer by its certificate, and the certificate by the trust anchor. */
async function verified(jwt: string, typ: string) {
	const anchor = await trustAnchor();
	const result = await jwtVerify(
		jwt,
		({ x5c = [] }) => {
			expect(x5c).toHaveLength(1);
			const leaf = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
			expect([leaf.checkIssued(anchor), leaf.verify(anchor.publicKey), leaf.ca]).toEqual([true, true, false]);
			expect(leaf.subjectAltName).toBe(`DNS:localhost, URI:${sandbox.bridgeUrl}/issuer`);
			return leaf.publicKey;
		},
		{ typ, algorithms: ['ES256'], currentDate: new Date(0) }
	);
	return { anchor, ...result };
}

/** Verifies a credential's signature, and its disclosures by their digests. */
async function opened(credential: string) {
	const [jwt = '', ...rest] = credential.split('~');
	expect(rest.pop()).toBe('');
	const { payload } = await verified(jwt, 'dc+sd-jwt');
	const { _sd, ...open } = v.parse(CredentialPayload, payload);
	const digests = rest.map((disclosure) => createHash('sha256').update(disclosure).digest('base64url'));
	expect(digests.toSorted()).toEqual(_sd.toSorted());
	const disclosed = rest.map((text) => v.parse(Disclosure, JSON.parse(Buffer.from(text, 'base64url').toString())));
	return { open, disclosed: Object.fromEntries(disclosed.map(([, name, value]) => [name, value])) };
}

async function index(credential: string): Promise<number> {
	return (await opened(credential)).open.status.status_list.idx;
}

/** The status of an entry, read from the published list. */
async function status(idx: number): Promise<number> {
	const response = await fetch(`${sandbox.bridgeUrl}/issuer/status-list`);
	const { payload } = await verified(await response.text(), 'statuslist+jwt');
	const bytes = inflateSync(Buffer.from(v.parse(StatusListPayload, payload).status_list.lst, 'base64url'));
	return ((bytes[Math.floor(idx / 4)] ?? 0) >> ((idx % 4) * 2)) & 3;
}

describe('a credential', () => {
	test.each(people.map(({ id }) => id))('of %s has all claims, each selectively disclosable', async (id) => {
		const { open, disclosed } = await opened(await issue(id));
		const claims = claimsOf(personById(id));
		expect(disclosed).toEqual(Object.fromEntries(personClaims.map((name) => [name, claims[name]])));
		expect(Object.keys(open).sort()).toEqual(['_sd_alg', 'cnf', 'exp', 'iat', 'iss', 'status', 'vct']);
	});

	test('is bound to the key of the wallet, and to its own entry in the status list', async () => {
		const { open } = await opened(await issue('known-student'));
		expect(open).toMatchObject({ iss: `${sandbox.bridgeUrl}/issuer`, vct: eduidVct, cnf: { jwk: holderKey } });
		expect(open.status.status_list.uri).toBe(`${sandbox.bridgeUrl}/issuer/status-list`);
		expect(await index(await issue('known-student'))).toBe(open.status.status_list.idx + 1);
	});

	test('has another type on request', async () => {
		expect((await opened(await issue('known-student', 'nl.surf.eduid'))).open.vct).toBe('nl.surf.eduid');
	});

	test.each(people.map(({ id, credential }) => [id, credential]))('of %s is %s', async (id, validity) => {
		const { exp } = (await opened(await issue(personById(id).id))).open;
		expect(exp * 1000 > Date.now() ? 'valid' : 'expired').toBe(validity);
	});

	test.each([
		['a private key', async () => exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)],
		['another curve', async () => exportJWK((await generateKeyPair('ES384', { extractable: true })).publicKey)],
		['an RSA key', async () => ({ kty: 'RSA', n: 'AQAB', e: 'AQAB' })],
		['coordinates that are not on the curve', async () => ({ ...holderKey, y: 'A'.repeat(43) })],
		['a coordinate that is too short', async () => ({ ...holderKey, x: 'AQAB' })],
		['text', async () => 'key'],
		['nothing', async () => undefined]
	])('is not issued for %s as the key', async (_what, createKey) => {
		const response = await control('/credentials', { person: 'known-student', jwk: await createKey() });
		expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(/^jwk\b/) }]);
	});

	test.each([
		['person', { person: 'nobody' }],
		['vct', { vct: '' }],
		['vct', { vct: 'x'.repeat(501) }]
	])('is not issued for an invalid %s (%o)', async (field, wrong) => {
		const response = await control('/credentials', { person: 'known-student', jwk: holderKey, ...wrong });
		expect([response.status, await response.json()]).toEqual([
			400,
			{ error: expect.stringMatching(new RegExp(`^${field}: `)) }
		]);
	});
});

describe('the status list', () => {
	test('is a signed token that may be cached for a short time', async () => {
		const response = await fetch(`${sandbox.bridgeUrl}/issuer/status-list`);
		expect(response.headers.get('content-type')).toBe('application/statuslist+jwt');
		expect(response.headers.get('cache-control')).toBe('max-age=5');
		const { payload } = await verified(await response.text(), 'statuslist+jwt');
		expect(payload).toMatchObject({ sub: `${sandbox.bridgeUrl}/issuer/status-list`, ttl: 5 });
		expect(payload.exp).toBe((payload.iat ?? 0) + 3600);
	});

	test('shows revocation and suspension of one credential, and no other', async () => {
		const [before, one, after] = [
			await index(await issue('known-student')),
			await index(await issue('known-student')),
			await index(await issue('known-student'))
		];
		const all = async () => [await status(before), await status(one), await status(after)];
		expect(await all()).toEqual([0, 0, 0]);
		expect((await control(`/credentials/${one}/status`, { status: 'revoked' })).status).toBe(200);
		expect(await all()).toEqual([0, 1, 0]);
		expect((await control(`/credentials/${one}/status`, { status: 'suspended' })).status).toBe(200);
		expect(await all()).toEqual([0, 2, 0]);
		expect((await control(`/credentials/${one}/status`, { status: 'valid' })).status).toBe(200);
		expect(await all()).toEqual([0, 0, 0]);
	});

	test('has only valid entries after a reset, which does not reuse any of them', async () => {
		const idx = await index(await issue('known-student'));
		sandbox.setCredentialStatus(idx, 'revoked');
		sandbox.reset();
		expect(await status(idx)).toBe(0);
		expect(await index(await issue('known-student'))).toBe(idx + 1);
	});

	test.each(['16383', '-1', '1.5', 'x', ''])('refuses a change of the unknown entry %s', async (idx) => {
		await issue('known-student');
		expect((await control(`/credentials/${idx}/status`, { status: 'revoked' })).status).toBe(404);
	});

	test('accepts only three statuses', async () => {
		const idx = await index(await issue('known-student'));
		expect((await control(`/credentials/${idx}/status`, { status: 'lost' })).status).toBe(400);
	});
});
