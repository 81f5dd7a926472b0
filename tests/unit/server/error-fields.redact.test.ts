import { describe, expect, test } from 'vitest';
import { redact } from '$lib/server/error-fields';

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzIn0.c2lnbmF0dXJl';
const jwe = 'eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVydGV4dA.dGFn';

describe('a text for the log', () => {
	test.each([
		[`token ${jwt} refused`, 'token [token] refused'],
		[`cookie ${jwe} refused`, 'cookie [token] refused'],
		['Authorization: Bearer abc.def-1', 'Authorization: [credential]'],
		['authorization: basic cG9ydGFsOnNlY3JldA==', 'authorization: [credential]'],
		['session 0123456789abcdef0123456789ABCDEF is gone', 'session [id] is gone'],
		['/sessions/01234567-89ab-cdef-0123-456789abcdef/status', '/sessions/[id]/status'],
		['robin.student+x@uni.example.org signed in', '[email] signed in'],
		['GET https://sts.example.org/cb?code=1&state=2 failed', 'GET https://sts.example.org/cb?[query] failed'],
		['see "http://localhost:8092/cb#access_token=x".', 'see "http://localhost:8092/cb?[query]".'],
		['body access_token=abc&code=1 refused', 'body access_token=[value]&code=[value] refused'],
		['Authorization: DPoP abc.def', 'Authorization: [credential]'],
		['can not connect to redis://user:pass@host:6379', 'can not connect to redis://[credential]@host:6379'],
		['urn:schac:personalUniqueCode:nl:local:uni.nl:123 is unknown', '[urn] is unknown'],
		['connect to 2001:db8::8a2e:370:7334 or fe80::1 failed', 'connect to [address] or [address] failed'],
		['[::]:3000 and [::1]:9464 and ::', '[::]:3000 and [::1]:9464 and ::'],
		['::1f and ::1:2', '[address] and [address]'],
		['connect to [2001:db8:1:2:3:4:5:6]:443 failed', 'connect to [[address]]:443 failed'],
		[`refresh ${'aB3-_'.repeat(9)} reused`, 'refresh [opaque] reused']
	])('%s becomes %s', (text, cleaned) => expect(redact(text)).toBe(cleaned));

	test.each([
		'the STS responded with 503',
		'fetch failed: ECONNREFUSED 127.0.0.1:8092',
		'at readStatus (file:///srv/portal/chunks/client.js:12:34)',
		'SESSION_NOT_FOUND',
		'at 10:20:30 in std::vector',
		'error_code is 12:34'
	])('%s stays as it is', (text) => expect(redact(text)).toBe(text));

	// Quadratic work would take more than the time limit of a test.
	test.each([
		'a',
		'a.',
		'eyJ',
		'eyJ.',
		'a@',
		'a@b.',
		'http://',
		'Bearer ',
		'a-',
		'0-',
		'?',
		'#/',
		'://',
		'://a',
		'1:',
		'::',
		'code=',
		'urn:schac:'
	])('that repeats %j is redacted in time proportional to its length', (part) =>
		expect(redact(part.repeat(100_000 / part.length))).not.toBe('')
	);

	test.each([
		['GET https://sts.example.org/cb?a=1)&token=secret failed', 'GET https://sts.example.org/cb?[query] failed'],
		['eyJhbGciOiJFUzI1NiJ9 refused', '[token] refused']
	])('%s has possible secrets removed', (text, cleaned) => expect(redact(text)).toBe(cleaned));

	test('has every occurrence redacted', () => {
		expect(redact(`${jwt} ${jwt}`)).toBe('[token] [token]');
	});
});
