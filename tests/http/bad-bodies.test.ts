import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Browser, type Call } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { rawRequest } from '../harness/raw-request.ts';
import { runtime } from '../harness/runtime.ts';
import { createWalletSession, sessionPath } from './support/journeys.ts';

const CREATE = '/api/wallet/sessions';
const LARGEST_BODY_BYTES = 65_536;

let landscape: Landscape;
let browser: Browser;
let id: string;

beforeAll(async () => {
	landscape = await startLandscape({ runtime });
	browser = new Browser(landscape.url);
	id = await createWalletSession(browser);
});
afterAll(() => landscape.stop());

async function refusal(path: string, call: Call): Promise<{ status: number; error: unknown; message: unknown }> {
	const { status, text } = await browser.call(path, call);
	const { error, message } = JSON.parse(text) as Record<string, unknown>;
	return { status, error, message };
}

describe('a body', () => {
	test.each([
		['that is not JSON', '{"queryId":', 'The body is not valid JSON.'],
		['that is a list', '[]', 'The field "body" is missing or not valid.'],
		['that is null', 'null', 'The field "body" is missing or not valid.'],
		['with an unknown field', '{"evil":1}', 'The field "evil" is missing or not valid.'],
		['with an unknown field whose name is HTML', '{"<script>":1}', 'The field "body" is missing or not valid.'],
		['with a field of another type', '{"queryId":7}', 'The field "queryId" is missing or not valid.'],
		['with a query that is not configured', '{"queryId":"other"}', 'The field "queryId" is missing or not valid.'],
		['with a __proto__ field', '{"__proto__":{"queryId":"x"}}', 'The field "__proto__" is missing or not valid.']
	])('%s gets a 400 response that names the field', async (_, body, message) => {
		const creates = landscape.sandbox.count('bridge.create');
		const headers = { 'content-type': 'application/json' };
		expect(await refusal(CREATE, { method: 'POST', body, headers })).toEqual({
			status: 400,
			error: 'invalid_request',
			message
		});
		expect(landscape.sandbox.count('bridge.create')).toBe(creates);
	});

	test.each([
		['nothing', {}],
		['two answers at once', { confirm: true, candidateId: 'a' }],
		['a false confirmation', { confirm: false }],
		['fields that are not strings', { fields: { name: 1 } }]
	])('sent to idv/submit with %s gets a 400 response', async (_, json) => {
		expect(await refusal(sessionPath(id, 'idv/submit'), { method: 'POST', json })).toMatchObject({ status: 400 });
		expect(landscape.sandbox.count('bridge.idv-submit')).toBe(0);
	});

	test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
		'of type "%s" gets 415',
		async (type) => {
			const call = { method: 'POST', body: '{"queryId":"a"}', headers: { 'content-type': type } };
			expect(await refusal(CREATE, call)).toMatchObject({ status: 415, error: 'unsupported_media_type' });
		}
	);

	test('of type application/json gets a 415 response from the sign-in and language forms', async () => {
		const call = { method: 'POST', json: { locale: 'nl' } };
		expect(await refusal('/locale', call)).toMatchObject({ status: 415 });
		expect(await refusal('/api/auth/signin/sts', call)).toMatchObject({ status: 415 });
	});

	test.each([
		['that is not UTF-8', new Uint8Array([0x14, 0xff])],
		['of white space', '\r\n']
	])('%s gets a 400 response before the connection closes', async (_, body) => {
		const headers = { 'content-type': 'application/json', origin: landscape.url, cookie: cookieHeader() };
		const request = { method: 'POST', path: CREATE, headers, body: [body] };
		const response = await rawRequest(landscape.portal.port, request);
		expect(response.status).toBe(400);
		expect(JSON.parse(response.body)).toMatchObject({ error: 'invalid_request' });
	});

	test('that is empty is treated as absent, with Content-Length: 0 or chunked encoding', async () => {
		const headers = { origin: landscape.url, cookie: cookieHeader() };
		const chunked = { method: 'POST', headers: { ...headers, 'transfer-encoding': 'chunked' } };
		const announced = { method: 'POST', headers: { ...headers, 'content-length': '0' } };
		const ask = (path: string) =>
			Promise.all([chunked, announced].map((request) => rawRequest(landscape.portal.port, { ...request, path })));
		expect((await ask('/api/auth/signin/sts')).map(({ status }) => status)).toEqual([303, 303]);
		expect((await ask(sessionPath(id, 'complete'))).map(({ status }) => status)).toEqual([409, 409]);
	});

	test.each([
		[LARGEST_BODY_BYTES, 400],
		[LARGEST_BODY_BYTES + 1, 413]
	])('of %i bytes gets a %i response, with or without Content-Length', async (bytes, status) => {
		const body = JSON.stringify({ a: 'x'.repeat(bytes - 8) });
		const headers = { 'content-type': 'application/json', origin: landscape.url, cookie: cookieHeader() };
		const request = { method: 'POST', path: CREATE, headers, body: [body] };
		const announced = { ...request, headers: { ...headers, 'content-length': String(bytes) } };
		const responses = await Promise.all([request, announced].map((each) => rawRequest(landscape.portal.port, each)));
		expect(responses.map((response) => response.status)).toEqual([status, status]);
	});
});

function cookieHeader(): string {
	return [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
}
