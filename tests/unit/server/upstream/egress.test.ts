import { describe, expect, test } from 'vitest';
import { proxyFor } from '$lib/server/upstream/egress';

const proxies = { http: 'http://plain.example:3128', https: 'http://secure.example:3128' };
const by = (url: string, except = '') => proxyFor(new URL(url), { ...proxies, except });

describe('the proxy for a request', () => {
	test.each([
		['http://service.example/', proxies.http],
		['https://service.example/', proxies.https]
	])('is that of its scheme: %s', (url, proxy) => expect(by(url)).toBe(proxy));

	test('is undefined if none is set for the scheme', () => {
		const only = { http: undefined, https: proxies.https, except: '' };
		expect(proxyFor(new URL('http://service.example/'), only)).toBeUndefined();
		expect(proxyFor(new URL('https://service.example/'), { ...only, https: undefined })).toBeUndefined();
	});

	test.each([
		['https://service.example/', 'service.example'],
		['https://service.example/', 'other.example, SERVICE.example'],
		['https://service.example/', 'other.example service.example'],
		['https://a.b.service.example/', 'service.example'],
		['https://a.service.example/', '.service.example'],
		['https://a.service.example/', '*.service.example'],
		['https://service.example/', 'service.example:443'],
		['http://service.example/', 'service.example:80'],
		['https://service.example:8443/', 'service.example:8443'],
		['https://127.0.0.1:8443/', '127.0.0.1'],
		['https://[::1]/', '[::1]'],
		['https://[::1]/', '::1'],
		['https://[::1]:8443/', '[::1]:8443'],
		['https://service.example./', 'service.example'],
		['https://service.example/', 'service.example.'],
		['https://[2001:db8::1]/', '[2001:0DB8:0:0:0:0:0:1]'],
		['https://[2001:db8::1]/', '2001:db8:0::1'],
		['https://anything.example/', '*']
	])('is not used for %s with NO_PROXY=%s', (url, except) => expect(by(url, except)).toBeUndefined());

	test.each([
		['https://service.example/', ''],
		['https://service.example/', ' , '],
		['https://service.example/', '.'],
		['https://service.example/', 'vice.example'],
		['https://myservice.example/', 'service.example'],
		['https://service.example/', 'service.example:80'],
		['https://service.example:8443/', 'service.example:443'],
		['https://127.0.0.1/', '27.0.0.1'],
		['https://[::1]/', '[::2]']
	])('is used for %s in spite of NO_PROXY=%s', (url, except) => expect(by(url, except)).toBe(proxies.https));
});
