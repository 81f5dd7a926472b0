import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenOptions } from '$lib/server/config/service-client';
import { log } from '$lib/server/log';
import { grantServiceToken } from '$lib/server/sts/service-token';
import { fakeSts } from '../auth/fake-sts';
import { configure } from '../configured';

vi.mock('$lib/server/config', () => import('../configured'));
const sent = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
vi.mock('$lib/server/upstream/connections', async () => {
	const { sendBy } = await import('../fetch-client');
	return { createConnections: () => sendBy((url, init) => sent(url, init)) };
});

let sts: Awaited<ReturnType<typeof fakeSts>>;
beforeAll(async () => {
	sts = await fakeSts();
});
beforeEach(() => {
	sts.behaviour = { tokenResponse: () => Response.json({ access_token: 'a', token_type: 'bearer', expires_in: 300 }) };
	sts.tokenRequests.length = 0;
	vi.stubGlobal('fetch', sts.fetch);
	sent.mockReset().mockImplementation((url, init) => sts.fetch(url, init));
});
afterEach(() => {
	vi.restoreAllMocks();
	vi.unstubAllGlobals();
	configure();
});

const client = { AUTH_BRIDGE_CLIENT_ID: 'the service', AUTH_BRIDGE_CLIENT_SECRET: 'its secret:&' };

async function asked(options: TokenOptions = {}) {
	const granted = await grantServiceToken(options);
	const authorization = new Headers(sent.mock.calls[0]?.[1].headers).get('authorization');
	const [form] = sts.tokenRequests.map((each) => Object.fromEntries(each));
	return { granted, authorization, form };
}

describe('a service token', () => {
	test('is requested by the service client, with its scope, audience and resource', async () => {
		const options = { scope: 'a b', audience: 'the bridge', resource: 'https://bridge.example' };
		configure({ ...client });
		expect(await asked(options)).toEqual({
			granted: { accessToken: 'a', lifeSeconds: 300 },
			authorization: null,
			form: { grant_type: 'client_credentials', client_id: 'the service', client_secret: 'its secret:&', ...options }
		});
	});

	test('is requested with HTTP Basic if that is configured, with both parts form-encoded', async () => {
		configure({ ...client, AUTH_BRIDGE_CLIENT_AUTH: 'client_secret_basic' });
		const { authorization, form } = await asked();
		expect(atob(authorization?.split('Basic ')[1] ?? '')).toBe('the+service:its+secret%3A%26');
		expect(form).toEqual({ grant_type: 'client_credentials' });
	});

	test('is requested by the portal itself if no other client is configured', async () => {
		expect((await asked()).form).toMatchObject({ client_id: 'portal-client', client_secret: 'portal-client-secret' });
	});
});

describe('without a service token, the portal returns 503', () => {
	const refusal = (status: number, body: unknown) => () => Response.json(body, { status });

	test.each([
		['invalid_client', 401],
		['unauthorized_client', 400],
		['invalid_scope', 400],
		['invalid_target', 400]
	])('for %s, and logs an error for the operator', async (error, status) => {
		const logged = vi.spyOn(log, 'error');
		sts.behaviour = { tokenResponse: refusal(status, { error, error_description: 'their words' }) };
		await expect(grantServiceToken({})).rejects.toMatchObject({
			code: 'upstream_unavailable',
			status: 503,
			headers: { 'retry-after': '5' },
			facts: { fault: 'no_service_token', upstream: 'sts', upstreamCode: error }
		});
		expect(logged).toHaveBeenCalledExactlyOnceWith(
			expect.stringContaining('AUTH_BRIDGE_CLIENT_ID'),
			expect.objectContaining({ code: error })
		);
	});

	test.each<[string, () => Response]>([
		['for a fault of the STS', refusal(500, { error: 'server_error' })],
		['for HTML', () => new Response('<h1>Hi</h1>', { headers: { 'content-type': 'text/html' } })],
		['for a response without a token', refusal(200, { token_type: 'bearer' })],
		['for a token of the type DPoP', refusal(200, { access_token: 'a', token_type: 'DPoP' })],
		['for a token of another type', refusal(200, { access_token: 'a', token_type: 'mac' })],
		[
			'for a failed request',
			() => {
				throw new TypeError('fetch failed');
			}
		]
	])('%s, without an error in the log', async (_, tokenResponse) => {
		const logged = vi.spyOn(log, 'error');
		sts.behaviour = { tokenResponse };
		await expect(grantServiceToken({})).rejects.toMatchObject({ code: 'upstream_unavailable' });
		expect(logged).not.toHaveBeenCalled();
	});
});
