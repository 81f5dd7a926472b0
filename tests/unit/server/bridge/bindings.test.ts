import { describe, expect, test } from 'vitest';
import { inTurn, json, sendJson, startStub } from '../http/stub-server';
import { bridgeAt, credential, problemOf } from './fixtures';

const binding = {
	id: 'b1',
	providerId: 'p1',
	institutionId: 'i1',
	createdAt: '2026-01-02T03:04:05Z',
	holderKey: 'secret'
};

/** A text that is the same in every language. */
const same = (text: string) => ({ nl: text, en: text });

describe('the linked wallets of a subject', () => {
	test.each([
		['a list', [binding]],
		['a list in an object', { bindings: [binding] }]
	])('are read from %s, without unknown fields', async (_how, body) => {
		const stub = await startStub(json(200, body));
		expect(await bridgeAt(stub.url).listBindings('a/b@uni.test', credential)).toEqual([
			{
				id: 'b1',
				providerId: same('p1'),
				institutionId: same('i1'),
				createdAt: Date.parse('2026-01-02T03:04:05Z'),
				lastUsedAt: null
			}
		]);
		expect(stub.received[0]?.target).toBe('/internal/bindings/a%2Fb%40uni.test');
	});

	test('may have numbers for ids and times, and lack the other fields', async () => {
		const stub = await startStub(json(200, [{ id: 7, createdAt: 0, lastUsedAt: 'yesterday' }]));
		expect(await bridgeAt(stub.url).listBindings('a', credential)).toEqual([
			{ id: '7', providerId: null, institutionId: null, createdAt: 0, lastUsedAt: null }
		]);
	});

	test.each([
		['404', 404, {}],
		['500 for everything', 500, { error: 'user_not_found' }]
	])('are empty for an unknown subject (%s)', async (_how, status, body) => {
		const stub = await startStub(json(status, body));
		expect(await bridgeAt(stub.url).listBindings('a', credential)).toEqual([]);
	});

	test.each<unknown>(['\ud800', 'a\udc00b', '.', ' .. ', 'a\u0000b', 'a\nb', false, 1e300, 2 ** 53])(
		'omit an entry whose id is %j, because no URL could contain it',
		async (id) => {
			const stub = await startStub(json(200, [{ id }, { id: 'b1' }]));
			const bindings = await bridgeAt(stub.url).listBindings('a', credential);
			expect(bindings.map((one) => one.id)).toEqual(['b1']);
		}
	);

	test('omit an invalid entry and a duplicate, but not the entries beside them', async () => {
		const good = { id: 'b1', providerId: 'p1', createdAt: null };
		const stub = await startStub(
			json(200, [null, good, { providerId: 'p2' }, 7, { ...good, providerId: 'p3' }, { id: 2 }])
		);
		const bindings = await bridgeAt(stub.url).listBindings('a', credential);
		expect(bindings.map(({ id, providerId }) => [id, providerId])).toEqual([
			['b1', same('p1')],
			['2', null]
		]);
	});

	test('have the names of their issuers in each language', async () => {
		const named = { id: 'b1', providerId: { nl: 'Wallet van Noord', en: 'Wallet of North' }, institutionId: 12 };
		const stub = await startStub(json(200, [named, { id: 'b2', providerId: ['?'], institutionId: {} }]));
		expect(await bridgeAt(stub.url).listBindings('a', credential)).toMatchObject([
			{ id: 'b1', providerId: named.providerId, institutionId: same('12') },
			{ id: 'b2', providerId: null, institutionId: null }
		]);
	});

	test.each([null, { bindings: null }])('are empty for %j', async (body) => {
		const stub = await startStub(json(200, body));
		expect(await bridgeAt(stub.url).listBindings('a', credential)).toEqual([]);
	});

	test.each([{}, 'none'])('result in an error for %j', async (body) => {
		const stub = await startStub(json(200, body));
		expect((await problemOf(bridgeAt(stub.url).listBindings('a', credential))).code).toBe('upstream_invalid');
	});
});

describe('unlinking a wallet', () => {
	const respondingWith = (status: number) =>
		startStub((request, response) => {
			if (request.method === 'GET') sendJson(response, 200, [binding]);
			else response.writeHead(status).end();
		});

	test("deletes an entry in the subject's own list", async () => {
		const stub = await respondingWith(200);
		await bridgeAt(stub.url).removeBinding('a', 'b1', credential);
		expect(stub.received.map(({ method, target }) => `${method} ${target}`)).toEqual([
			'GET /internal/bindings/a',
			'DELETE /internal/bindings/a/b1'
		]);
	});

	test.each(['b2', 'B1', '', '..', 'b1/../b2'])('deletes no other entry: %j', async (bindingId) => {
		const stub = await respondingWith(200);
		expect((await problemOf(bridgeAt(stub.url).removeBinding('a', bindingId, credential))).code).toBe('not_found');
		expect(stub.received.map(({ method }) => method)).toEqual(['GET']);
	});

	test.each([500, 404])('reports a failure (%i) if the entry is still in the list', async (status) => {
		const stub = await respondingWith(status);
		expect((await problemOf(bridgeAt(stub.url).removeBinding('a', 'b1', credential))).code).toBe('upstream_invalid');
	});

	test('reports that the entry does not exist if another request removes it first', async () => {
		const stub = await startStub(inTurn(json(200, [binding]), json(404, {}), json(200, [])));
		expect((await problemOf(bridgeAt(stub.url).removeBinding('a', 'b1', credential))).code).toBe('not_found');
	});
});
