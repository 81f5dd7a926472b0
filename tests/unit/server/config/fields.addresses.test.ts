import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '$lib/server/config/parse';
import { assertProperty } from '../../../harness/property';
import { configFaults, environment } from '../configured';

const withCredentials = ['REDIS_URL', 'HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy'];
const schemeOf = (name: string) => (name === 'REDIS_URL' ? 'redis' : 'http');
const faultsOf = (name: string, address: string) => configFaults({ [name]: address });

describe.each(withCredentials)('the address in %s', (name) => {
	const scheme = schemeOf(name);

	test.each(['100%zz', '%', 'a%4', 'a/b', '1/b', 'a?b', '1?b', 'a#b', '1#b', '%ff'])(
		'with the unencoded password %s is refused, and the fault says how to encode it but does not repeat it',
		(password) => {
			for (const user of ['', 'user']) {
				const faults = faultsOf(name, `${scheme}://${user}:${password}@localhost:6379`);
				expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: must .*percent-encode`))]);
				expect(faults.join()).not.toContain(`${password}@`);
			}
		}
	);

	test.each(['%', '100%zz'])('with the unencoded user %s is refused', (user) => {
		expect(faultsOf(name, `${scheme}://${user}:word@localhost:6379`)).toHaveLength(1);
	});

	test.each(['', '*', 'a,b', 'a%20b'])('with the host %j is refused', (host) => {
		expect(faultsOf(name, `${scheme}://${host}:6379`)).toHaveLength(1);
	});

	test('may have any user and password, if they are encoded', async () => {
		await assertProperty(
			fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (user, password) => {
				const login = [user, password].map((text) => encodeURIComponent(text)).join(':');
				expect(faultsOf(name, `${scheme}://${login}@valkey.example:6379`)).toEqual([]);
			})
		);
	});

	test('can be decoded by the clients if it is accepted', async () => {
		const address = fc.tuple(fc.string(), fc.string(), fc.string()).map((parts) => parts.join('@'));
		await assertProperty(
			fc.property(address, (rest) => {
				const text = `${scheme}://${rest}`;
				if (faultsOf(name, text).length > 0) return;
				const { username, password, hostname } = new URL(text.trim());
				expect(() => [username, password].map(decodeURIComponent)).not.toThrow();
				expect(hostname).not.toBe('');
			})
		);
	});
});

test.each(['abc', '-1', '1.5', '0/1', '0x1', '%31'])('the Redis database %s is refused', (database) => {
	expect(faultsOf('REDIS_URL', `redis://localhost:6379/${database}`)).toEqual([
		expect.stringContaining('the number of a database')
	]);
});

test.each(['redis://localhost', 'rediss://user:word@[::1]:6380/', 'redis://10.0.0.1:6379/15', 'redis://valkey_1/0'])(
	'the Redis address %s is accepted unchanged',
	(address) => expect(parseConfig({ ...environment, REDIS_URL: address }).store.redisUrl).toBe(address)
);

test.each(['proxy.example', 'user:p%40ss@proxy.example:3128', 'https://proxy.example/', 'http://[::1]:3128'])(
	'the proxy %s is accepted',
	(address) => expect(faultsOf('HTTPS_PROXY', address)).toEqual([])
);
