import { describe, expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { configFaults, environment } from '../configured';

type Changes = Readonly<Record<string, string | undefined>>;

describe('the service client', () => {
	const own = { AUTH_BRIDGE_CLIENT_ID: 'service', AUTH_BRIDGE_CLIENT_SECRET: 'hush' };
	const portal = { clientId: 'portal-client', clientSecret: 'portal-client-secret', clientAuth: 'client_secret_post' };

	test('is the portal’s own client by default, and the Auth Bridge then receives no token before sign-in', () => {
		expect(parseConfig(environment).service).toEqual({ client: portal, bridge: undefined });
	});

	test('can be another client, with the scope, audience and resource of its tokens', () => {
		const options = {
			AUTH_BRIDGE_SCOPE: 'a b',
			AUTH_BRIDGE_AUDIENCE: 'bridge',
			AUTH_BRIDGE_RESOURCE: 'https://b.example'
		};
		const AUTH_BRIDGE_CLIENT_AUTH = 'client_secret_basic';
		expect(parseConfig({ ...environment, ...own, ...options, AUTH_BRIDGE_CLIENT_AUTH }).service).toEqual({
			client: { clientId: 'service', clientSecret: 'hush', clientAuth: 'client_secret_basic' },
			bridge: { scope: 'a b', audience: 'bridge', resource: 'https://b.example' }
		});
	});

	test('can be the portal’s own client, whose secret is reused', () => {
		const { service } = parseConfig({ ...environment, AUTH_BRIDGE_CLIENT_ID: 'portal-client' });
		expect(service).toEqual({ client: portal, bridge: {} });
	});

	test.each<[Changes, string]>([
		[{ AUTH_BRIDGE_CLIENT_ID: 'service' }, 'AUTH_BRIDGE_CLIENT_SECRET: is missing'],
		[{ AUTH_BRIDGE_CLIENT_ID: 'portal-client', STS_CLIENT_SECRET: undefined }, 'STS_CLIENT_SECRET: is missing'],
		[{ AUTH_BRIDGE_CLIENT_SECRET: 'hush' }, 'AUTH_BRIDGE_CLIENT_ID: is missing'],
		[{ AUTH_BRIDGE_SCOPE: 'a' }, 'AUTH_BRIDGE_CLIENT_ID: is missing'],
		[{ AUTH_BRIDGE_AUDIENCE: 'a' }, 'AUTH_BRIDGE_CLIENT_ID: is missing'],
		[{ AUTH_BRIDGE_RESOURCE: 'https://a.example' }, 'AUTH_BRIDGE_CLIENT_ID: is missing'],
		[{ AUTH_BRIDGE_CLIENT_AUTH: 'client_secret_basic' }, 'AUTH_BRIDGE_CLIENT_ID: is missing'],
		[{ ...own, AUTH_BRIDGE_CLIENT_AUTH: 'none' }, 'AUTH_BRIDGE_CLIENT_AUTH: must be'],
		[{ ...own, AUTH_BRIDGE_SCOPE: 'a "b"' }, 'AUTH_BRIDGE_SCOPE: must be'],
		[{ ...own, AUTH_BRIDGE_RESOURCE: 'bridge' }, 'AUTH_BRIDGE_RESOURCE: must be'],
		[
			{ ...own, AUTH_BRIDGE_RESOURCE: 'https://b.example/#part' },
			'AUTH_BRIDGE_RESOURCE: must be a URL without fragment'
		]
	])('with %j results in one fault', (changes, fault) => {
		expect(configFaults(changes)).toEqual([expect.stringContaining(fault)]);
	});
});
