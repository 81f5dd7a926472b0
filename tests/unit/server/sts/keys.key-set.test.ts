import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { log } from '$lib/server/log';
import { keyFinder, readKeySet } from '$lib/server/sts/keys';

const pair = await generateKeyPair('ES256', { extractable: true });
const good: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'good', alg: 'ES256', use: 'sig' };
const privateKey = await exportJWK(pair.privateKey);
const kids = async (...keys: unknown[]) => (await readKeySet({ keys })).map(({ kid }) => kid);
const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
beforeEach(() => warned.mockClear());

/** Nested so deep that it can't be written. */
const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));

describe('a key set', () => {
	const bad: [what: string, key: unknown][] = [
		['null', null],
		['a text', 'key'],
		['a list', [good]],
		['without a type', { ...good, kty: undefined }],
		['of a type that is not a string', { ...good, kty: 5 }],
		['without a y coordinate', { ...good, kid: 'bad', y: undefined }],
		['not a point on its curve', { ...good, kid: 'bad', x: 'AAAA' }],
		['of a curve that does not match', { ...good, kid: 'bad', crv: 'P-521' }],
		['without a curve', { kty: 'EC', kid: 'bad', x: good.x, y: good.y }],
		['without a modulus', { kty: 'RSA', kid: 'bad', e: 'AQAB' }],
		[
			'an RSA key that is too short',
			{ kty: 'RSA', kid: 'bad', e: 'AQAB', n: Buffer.alloc(128, 0xc5).toString('base64url') }
		],
		['a private key', { ...privateKey, kid: 'bad' }],
		['nested too deeply', { kty: 'EC', kid: 'bad', x: deep, more: deep }]
	];

	test.each(bad)('with one entry that is %s keeps the others', async (_what, key) => {
		expect(await kids(key, good)).toEqual(['good']);
	});

	test('drops all of these entries, which is logged in one line', async () => {
		await kids(...bad.map(([, key]) => key), good, good);
		expect(warned.mock.calls.filter(([text]) => text.includes('dropped')).length).toBeLessThanOrEqual(1);
	});

	test.each([null, 'keys', [], {}, { keys: null }, { keys: 'none' }])('is not %j', async (value) => {
		await expect(readKeySet(value)).rejects.toThrow();
	});

	test('without a usable key is refused, so that the previous keys stay in use', async () => {
		await expect(readKeySet({ keys: [null, 'x'] })).rejects.toThrow(TypeError);
		await expect(readKeySet({ keys: [] })).rejects.toThrow(TypeError);
	});

	test('keeps keys for other purposes, which are never chosen', async () => {
		const other = { kty: 'RSA', kid: 'enc', use: 'enc', alg: 'RSA-OAEP', n: 'x', e: 'AQAB' };
		const symmetric = { kty: 'oct', kid: 'oct', k: 'AAAA' };
		expect(await kids(other, symmetric, good)).toEqual(['enc', 'oct', 'good']);
		const find = keyFinder(await readKeySet({ keys: [other, symmetric, good] }));
		await expect(find({ alg: 'ES256', kid: 'oct' }, { payload: '', signature: '' })).rejects.toThrow();
	});
});

describe('a key', () => {
	const found = async (key: object, header: { kid?: string } = { kid: 'good' }) =>
		keyFinder(await readKeySet({ keys: [key] }))({ alg: 'ES256', ...header }, { payload: '', signature: '' });

	test.each<[string, object]>([
		['null', { alg: null, use: null, key_ops: null, ext: null }],
		['empty', { alg: '', use: '', key_ops: [] }],
		['of the wrong type', { alg: 7, use: {}, key_ops: [null], ext: 'true' }],
		['listed twice', { key_ops: ['verify', 'verify'] }]
	])('is found if its intended use is %s', async (_what, members) => {
		await expect(found({ ...good, ...members })).resolves.toMatchObject({ type: 'public' });
	});

	test('is found if its id is a number', async () => {
		await expect(found({ ...good, kid: 7 }, { kid: '7' })).resolves.toBeDefined();
	});

	test.each([null, undefined, ''])('with %j as its id is used for tokens with and without an id', async (kid) => {
		await expect(found({ ...good, kid }, { kid: 'any' })).resolves.toBeDefined();
		await expect(found({ ...good, kid }, {})).resolves.toBeDefined();
	});

	test('for another purpose is not found', async () => {
		await expect(found({ ...good, use: 'enc' })).rejects.toThrow();
		await expect(found({ ...good, key_ops: ['sign'] })).rejects.toThrow();
		await expect(found({ ...good, alg: 'ES384' })).rejects.toThrow();
	});
});
