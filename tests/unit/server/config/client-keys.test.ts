import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { unquoted } from '$lib/server/config/raw-environment';
import { assertProperty } from '../../../harness/property.ts';
import { configFaults, environment } from '../configured';

const ec = (namedCurve = 'P-256') => generateKeyPairSync('ec', { namedCurve });
const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength });
const jwkOf = (key: KeyObject) => key.export({ format: 'jwk' }) as JWK;
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;

const first = ec();
const second = ec('P-384');
const rsaKey = rsa();
const jwk = jwkOf(first.privateKey);
const jwkSet = (...keys: unknown[]) => JSON.stringify({ keys });

const keysOf = (STS_CLIENT_KEY: string) => parseConfig({ ...environment, STS_CLIENT_KEY }).clientKeys;

const faultsOf = (STS_CLIENT_KEY: string) => configFaults({ STS_CLIENT_KEY });

describe('STS_CLIENT_KEY', () => {
	test.each([
		['ES256 for P-256', jwkOf(first.privateKey), 'ES256'],
		['ES384 for P-384', jwkOf(second.privateKey), 'ES384'],
		['EdDSA for Ed25519', jwkOf(generateKeyPairSync('ed25519').privateKey), 'EdDSA'],
		['RS256 for RSA', jwkOf(rsaKey.privateKey), 'RS256'],
		['the algorithm that a key names', { ...jwkOf(rsaKey.privateKey), alg: 'PS256' }, 'PS256']
	])('signs with %s', (_, key, alg) => {
		expect(keysOf(JSON.stringify(key))).toEqual([expect.objectContaining({ alg })]);
	});

	test('is identified by its thumbprint (RFC 7638) unless it has a kid', async () => {
		for (const key of [jwk, jwkOf(rsaKey.privateKey), jwkOf(generateKeyPairSync('ed25519').privateKey)])
			expect(keysOf(JSON.stringify(key))[0]?.kid).toBe(await calculateJwkThumbprint(key));
		expect(keysOf(JSON.stringify({ ...jwk, kid: 'portal-2026' }))[0]?.kid).toBe('portal-2026');
	});

	test('has only public members in its published form', () => {
		for (const [pair, members] of [
			[first, ['kty', 'crv', 'x', 'y']],
			[rsaKey, ['kty', 'n', 'e']]
		] as const) {
			const [key] = keysOf(JSON.stringify({ ...jwkOf(pair.privateKey), x5c: ['abc'], note: 'internal' }));
			expect(Object.keys(key?.publicJwk ?? {}).sort()).toEqual([...members, 'kid', 'alg', 'use'].sort());
			expect(key?.publicJwk).toMatchObject(jwkOf(pair.publicKey));
		}
	});

	test.each([
		['a JWK Set', jwkSet(jwk, jwkOf(second.privateKey))],
		['PEM blocks', pemOf(first.privateKey) + pemOf(second.privateKey)],
		['PEM with \\n for line breaks', (pemOf(first.privateKey) + pemOf(second.privateKey)).replaceAll('\n', '\\n')]
	])('can be several keys in %s, which keep their order', (_, text) => {
		expect(keysOf(text).map(({ alg }) => alg)).toEqual(['ES256', 'ES384']);
	});

	const { d: _private, ...withoutPrivate } = jwk;
	const encrypted = first.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
	const sec1 = first.privateKey.export({ type: 'sec1', format: 'pem' });
	test.each([
		['text that is neither JSON nor PEM', 'swordfish', 'must be a JWK or JWK Set in JSON, or PEM'],
		['broken JSON', '{"kty":"EC"', 'must be JSON'],
		['an empty set', jwkSet(), 'must have at least one key'],
		['a set without a list', '{"keys":{}}', 'must have a list "keys"'],
		['a set of strings', jwkSet('swordfish'), 'the key must be a JSON object'],
		['too many keys', jwkSet(...Array.from({ length: 9 }, () => jwk)), 'must have at most 8 keys'],
		['text that is too long', `{${' '.repeat(65_536)}}`, 'must have at most 65536 characters'],
		['a public JWK', JSON.stringify(withoutPrivate), 'is a public key'],
		['a public PEM', first.publicKey.export({ type: 'spki', format: 'pem' }), 'is a public key'],
		['a secret', '{"kty":"oct","k":"c3dvcmRmaXNo"}', 'is symmetric'],
		['an unsupported curve', JSON.stringify(jwkOf(ec('secp256k1').privateKey)), 'is of a type that is not supported'],
		['an unsupported curve in PEM', pemOf(ec('secp521r1').privateKey), 'is of a type that is not supported'],
		['a key for key agreement', pemOf(generateKeyPairSync('x25519').privateKey), 'is of a type that is not supported'],
		['another type’s algorithm', JSON.stringify({ ...jwk, alg: 'RS256' }), 'must be ES256'],
		['an algorithm that is not a string', JSON.stringify({ ...jwk, alg: 1 }), 'must be ES256'],
		['a key for encryption', JSON.stringify({ ...jwk, use: 'enc' }), 'is not for signatures'],
		['a key for verifying', JSON.stringify({ ...jwk, key_ops: ['verify'] }), 'is not for making signatures'],
		['an expired key', JSON.stringify({ ...jwk, exp: 1_700_000_000 }), 'has expired'],
		['an expiry that is not a number', JSON.stringify({ ...jwk, exp: 'soon' }), 'not a number'],
		['a kid that is not a string', JSON.stringify({ ...jwk, kid: 7 }), 'has a "kid"'],
		['the same key twice', jwkSet(jwk, jwk), 'key 2 has the same kid as an earlier one'],
		['one kid for two keys', jwkSet({ ...jwk, kid: 'a' }, { ...jwkOf(second.privateKey), kid: 'a' }), 'same kid'],
		['a fault in the second key', jwkSet(jwk, { ...jwkOf(second.privateKey), alg: 'none' }), 'key 2 has an "alg"'],
		['a small RSA key', JSON.stringify(jwkOf(rsa(1024).privateKey)), 'must have 2048 to 8192 bits'],
		['a missing member', JSON.stringify({ ...jwk, y: undefined }), 'must have the members crv, kty, x, y'],
		['the public part of another pair', JSON.stringify({ ...jwkOf(ec().privateKey), d: jwk.d }), 'is malformed, or'],
		[
			'the public part of another RSA pair',
			JSON.stringify({ ...jwkOf(rsaKey.privateKey), n: jwkOf(rsa().publicKey).n }),
			'is malformed, or'
		],
		['an encrypted PEM', encrypted, 'is encrypted'],
		['a PEM that is not PKCS#8', sec1, 'is not PKCS#8'],
		[
			'a certificate after the key',
			`${pemOf(first.privateKey)}-----BEGIN CERTIFICATE-----\nAA==\n`,
			'key 2 is a certificate'
		],
		['a truncated PEM', pemOf(first.privateKey).slice(0, 60), 'is malformed']
	])('is refused for %s', (_, text, message) => {
		const faults = faultsOf(String(text));
		expect(faults).toEqual([expect.stringContaining(message)]);
		expect(faults[0]).toMatch(/^STS_CLIENT_KEY: /);
		expect(faults[0]).not.toContain(jwk.d);
	});

	test('results in at most one fault, which shows no part of the text, for any value', async () => {
		const member = fc.oneof(fc.constantFrom('EC', 'RSA', 'OKP', 'P-256', 'Ed25519', 'sig', 'ES256'), fc.jsonValue());
		const names = fc.constantFrom(
			'kty',
			'crv',
			'x',
			'y',
			'd',
			'n',
			'e',
			'p',
			'q',
			'dp',
			'dq',
			'qi',
			'alg',
			'use',
			'kid'
		);
		const anyKey = fc.oneof(
			fc.dictionary(names, member),
			fc.dictionary(names, member).map((changes) => ({ ...jwk, ...changes }))
		);
		const pem = fc.base64String({ maxLength: 200 }).map((text) => `-----BEGIN PRIVATE KEY-----\n${text}\n`);
		const text = fc.oneof(
			anyKey.map((key) => JSON.stringify(key)),
			fc.array(anyKey, { maxLength: 3 }).map((keys) => JSON.stringify({ keys })),
			fc.json().filter((json) => !json.startsWith('"')),
			fc.string({ minLength: 1 }).filter((some) => some.trim() !== '' && unquoted(some.trim()) === null),
			pem
		);
		await assertProperty(
			fc.property(text, (given) => {
				const faults = faultsOf(given);
				expect(faults.length).toBeLessThan(2);
				for (const fault of faults) {
					expect(fault).toMatch(/^STS_CLIENT_KEY: [\w ]/);
					if (given.length > 24) expect(fault).not.toContain(given);
					expect(fault).not.toContain(jwk.d);
				}
			})
		);
	});
});

describe('the client credentials', () => {
	const STS_CLIENT_KEY = JSON.stringify(jwk);
	const { STS_CLIENT_SECRET, ...withoutSecret } = environment;
	const parse = (changes: Record<string, string>) => () => parseConfig({ ...withoutSecret, ...changes });

	test('require no secret with private_key_jwt', () => {
		const { sts, service } = parse({ STS_CLIENT_AUTH: 'private_key_jwt', STS_CLIENT_KEY })();
		expect(sts).toMatchObject({ clientAuth: 'private_key_jwt', clientKey: { alg: 'ES256' } });
		expect(service.client).toMatchObject({ clientId: environment.STS_CLIENT_ID, clientAuth: 'private_key_jwt' });
	});

	test('can differ for the service client, which uses the same key', () => {
		const service = { AUTH_BRIDGE_CLIENT_ID: 'service', AUTH_BRIDGE_CLIENT_AUTH: 'private_key_jwt', STS_CLIENT_KEY };
		expect(parse({ ...service, STS_CLIENT_SECRET })().service.client).toMatchObject({
			clientId: 'service',
			clientKey: { alg: 'ES256' }
		});
	});

	test('can include a key that is published before it is used', () => {
		const { sts, clientKeys } = parse({ STS_CLIENT_SECRET, STS_CLIENT_KEY })();
		expect([sts.clientAuth, clientKeys.length]).toEqual(['client_secret_post', 1]);
	});

	test.each([
		[{}, 'STS_CLIENT_SECRET: is missing'],
		[{ STS_CLIENT_KEY }, 'STS_CLIENT_SECRET: is missing'],
		[{ STS_CLIENT_AUTH: 'private_key_jwt' }, 'STS_CLIENT_KEY: is missing'],
		[
			{ STS_CLIENT_SECRET, AUTH_BRIDGE_CLIENT_ID: 'a', AUTH_BRIDGE_CLIENT_AUTH: 'private_key_jwt' },
			'STS_CLIENT_KEY: is missing'
		],
		[
			{
				STS_CLIENT_AUTH: 'private_key_jwt',
				STS_CLIENT_KEY,
				AUTH_BRIDGE_CLIENT_ID: environment.STS_CLIENT_ID,
				AUTH_BRIDGE_CLIENT_AUTH: 'client_secret_post'
			},
			'AUTH_BRIDGE_CLIENT_SECRET: is missing'
		]
	])('that are missing are reported: %#', (changes, message) => {
		expect(parse(changes as Record<string, string>)).toThrow(message);
	});
});
