import { describe, expect, test } from 'vitest';
import { lenientResponse } from '$lib/server/sts/responses';

const read = async (body: unknown, init: ResponseInit = {}) => {
	const response = await lenientResponse(new Response(typeof body === 'string' ? body : JSON.stringify(body), init));
	return { response, body: (await response.clone().json()) as unknown };
};

describe('a token response', () => {
	test('is read without optional fields that are null, empty or of the wrong type', async () => {
		const odd = { access_token: 'a', token_type: null, refresh_token: '', id_token: 5, scope: null, expires_in: null };
		expect((await read(odd)).body).toEqual({ access_token: 'a', token_type: 'Bearer' });
	});

	test.each([
		['3600', 3600],
		[3599.9, 3599],
		[1e300, 31_622_400]
	])('has a lifetime of whole seconds: %s', async (expires_in, seconds) => {
		expect((await read({ access_token: 'a', expires_in })).body).toMatchObject({ expires_in: seconds });
	});

	test.each([-1, 0, 'soon', {}, [3600], true])(
		'is read without a lifetime that is not valid: %j',
		async (expires_in) => {
			expect((await read({ access_token: 'a', expires_in })).body).not.toHaveProperty('expires_in');
		}
	);

	test('is read as JSON, whatever its content type', async () => {
		const { response } = await read({ access_token: 'a' }, { headers: { 'content-type': 'text/plain' } });
		expect(response.headers.get('content-type')).toBe('application/json');
	});

	test('with an error code is read without its WWW-Authenticate challenge, which is less specific', async () => {
		const headers = { 'www-authenticate': 'Basic realm="sts"' };
		const { response } = await read({ error: 'invalid_client' }, { status: 401, headers });
		expect([response.status, response.headers.has('www-authenticate')]).toEqual([401, false]);
	});

	test.each([200, 201, 400])('with an error code and no token has the status of an error, not %i', async (status) => {
		expect((await read({ error: 'invalid_grant' }, { status })).response.status).toBe(400);
	});

	test('with a token is read as one, although it has an error code', async () => {
		expect((await read({ access_token: 'a', error: '0' })).response.status).toBe(200);
	});

	test.each(['\ud800', 'a\nb', 'é', '\u0000'])(
		'is read without a token that no header can carry: %j',
		async (token) => {
			const odd = { access_token: token, refresh_token: token, id_token: token, scope: token };
			expect((await read(odd)).body).toEqual({ scope: token });
		}
	);

	test('is read if it has a member that is nested very deeply', async () => {
		const odd = `{"access_token":"a","token_type":"Bearer","more":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
		// Engines differ in whether they can serialize `more`, and a comparison cannot.
		const { access_token, token_type } = (await read(odd)).body as Record<string, unknown>;
		expect({ access_token, token_type }).toEqual({ access_token: 'a', token_type: 'Bearer' });
	});

	test('is read without an encrypted ID token', async () => {
		expect((await read({ access_token: 'a', id_token: 'a.b.c.d.e' })).body).not.toHaveProperty('id_token');
		expect((await read({ access_token: 'a', id_token: 'a.b.c' })).body).toHaveProperty('id_token');
	});
});

test('a response that is not JSON stays unchanged', async () => {
	const response = await lenientResponse(
		new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } })
	);
	expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
		502,
		'text/html',
		'<html>'
	]);
});

test('a response to a pushed authorization request with status 200 and no lifetime is accepted', async () => {
	const { response, body } = await read({ request_uri: 'urn:x' });
	expect([response.status, body]).toEqual([201, { request_uri: 'urn:x', expires_in: 60 }]);
});

test('a token response with status 201 is read as one with 200', async () => {
	const { response } = await read({ access_token: 'a', token_type: 'bearer' }, { status: 201 });
	expect(response.status).toBe(200);
});

test('an error is read as JSON, whatever its content type, without a description that is not a string', async () => {
	const init = { status: 400, headers: { 'content-type': 'text/plain' } };
	const { response, body } = await read({ error: 'invalid_grant', error_description: null, error_uri: '' }, init);
	expect([response.status, response.headers.get('content-type'), body]).toEqual([
		400,
		'application/json',
		{ error: 'invalid_grant' }
	]);
});
