import { expect, test } from 'vitest';
import { clientAddress, withEntryHeaders } from '../../../src/entry/http';

const peer = '192.0.2.200';
const behind = (trustedHops: number) => ({ trustHost: true, trustedHops });

test('without a trusted proxy the client is the peer, whatever X-Forwarded-For says', () => {
	expect(clientAddress(peer, '198.51.100.1', { trustHost: false, trustedHops: 1 })).toBe(peer);
});

test('behind one proxy the client is the address that the proxy appended, not an earlier one', () => {
	expect(clientAddress(peer, '203.0.113.66, 198.51.100.1', behind(1))).toBe('198.51.100.1');
});

test('behind two proxies the client is the second entry from the right', () => {
	expect(clientAddress(peer, '203.0.113.66, 198.51.100.1, 10.0.0.1', behind(2))).toBe('198.51.100.1');
});

test('with fewer entries than proxies the leftmost entry is used', () => {
	expect(clientAddress(peer, '198.51.100.1', behind(3))).toBe('198.51.100.1');
});

test.each([
	['198.51.100.1:4711', '198.51.100.1'],
	['[2001:db8::1]:4711', '2001:db8::1'],
	['[2001:db8::1]', '2001:db8::1'],
	['2001:db8::1', '2001:db8::1']
])('an entry "%s" is read as %s', (entry, address) => {
	expect(clientAddress(peer, entry, behind(1))).toBe(address);
});

test.each(['', 'unknown', '<script>', '198.51.100.1,', '999.1.1.1'])(
	'the peer address is used for an invalid entry "%s"',
	(header) => {
		expect(clientAddress(peer, header, behind(1))).toBe(peer);
	}
);

test('the peer address is used without the header', () => {
	expect(clientAddress(peer, null, behind(1))).toBe(peer);
});

test.each<[string, string | null]>([
	['text/event-stream', 'no'],
	['text/event-stream;charset=UTF-8', 'no'],
	['Text/Event-Stream ; charset=utf-8', 'no'],
	['text/event-streams', null],
	['application/json; profile="text/event-stream"', null]
])('a response of the type %s has x-accel-buffering %s', (type, buffering) => {
	const response = withEntryHeaders(new Response('', { headers: { 'content-type': type } }));
	expect(response.headers.get('x-accel-buffering')).toBe(buffering);
});

test.each([
	['a redirect', undefined],
	['a response that caches may store', 'public, max-age=60']
])('%s that comes from SvelteKit itself gets a request id, and is not stored by caches', (_, cacheControl) => {
	const headers = new Headers(cacheControl === undefined ? {} : { 'cache-control': cacheControl });
	const response = withEntryHeaders(new Response(null, { status: 308, headers }));
	expect(response.headers.get('cache-control')).toBe('no-store');
	expect(response.headers.get('x-request-id')).toMatch(/^[\da-f]{12}$/);
});

test('a response that comes from the hooks keeps its request id, and what it says about caches', () => {
	const own = { 'x-request-id': '0123456789ab', 'cache-control': 'public, max-age=60' };
	const { headers } = withEntryHeaders(new Response('', { headers: own }));
	expect(headers.get('cache-control')).toBe('public, max-age=60');
	expect(headers.get('x-request-id')).toBe('0123456789ab');
});
