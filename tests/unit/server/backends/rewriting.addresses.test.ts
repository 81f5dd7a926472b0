import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertProperty } from '../../../harness/property';
import { backendTarget, ownPath } from '$lib/server/backends/rewriting';
import { Problem } from '$lib/server/http/problem';

const PORTAL = 'https://portal.example';
const BASE = 'https://grades.example/api/v1';

/** Where a request for this address of the portal goes; null where it is refused, or isn't for this backend at all. */
function targetOf(path: string, base = BASE): URL | null {
	const { pathname, search } = new URL(PORTAL + path);
	if (!/^\/api\/backends\/grades(?:\/|$)/.test(pathname)) return null;
	try {
		return backendTarget(base, pathname, search);
	} catch (error) {
		if (error instanceof Problem && error.code === 'not_found') return null;
		throw error;
	}
}

describe('the URL at a backend', () => {
	test.each([
		['', ''],
		['/', '/'],
		['/a', '/a'],
		['/a/b/', '/a/b/'],
		['/a?b=c&d=%2F..', '/a?b=c&d=%2F..'],
		['/a%20b/%C3%A9', '/a%20b/%C3%A9'],
		['/items:batch/me@uni.example/a=b,c+d&$e', '/items:batch/me@uni.example/a=b,c+d&$e'],
		["/Person(name='x')", "/Person(name='x')"],
		['/a/../b', '/b'],
		['/..a/b..', '/..a/b..']
	])('for "%s" is its base URL and "%s"', (path, wanted) => {
		expect(targetOf(`/api/backends/grades${path}`)?.href).toBe(BASE + wanted);
	});

	test.each(['/v1%3Aread', '/a%40b/%24c%26d%2Be%2Cf%3D', '/a:b@c', '/caf%C3%A9'])(
		'keeps the path "%s" of the base URL as it is configured',
		(path) => {
			const base = `https://grades.example${path}`;
			expect(targetOf('/api/backends/grades/x:y%3Az/', base)?.href).toBe(`${base}/x:y:z/`);
			expect(targetOf('/api/backends/grades', base)?.href).toBe(base);
		}
	);

	test('starts at the origin of a backend whose URL has no path', () => {
		expect(targetOf('/api/backends/grades', 'http://grades.test')?.href).toBe('http://grades.test/');
		expect(targetOf('/api/backends/grades/a', 'http://grades.test')?.href).toBe('http://grades.test/a');
	});

	test.each([
		'/a//b',
		'/a%2Fb',
		'/..%2Fb',
		'/%2e%2e%2fb',
		'/a%5Cb',
		'/%252e%252e/b',
		'/a%252fb',
		'/a%25252fb',
		'/a%00',
		'/..%20',
		'/.%20./b',
		'/..%C2%A0/b',
		'/a%2500',
		'/a%0d%0ab',
		'/%c0%ae%c0%ae/b',
		'/%ff',
		'/%',
		'/\uff0e\uff0e/b',
		'/a\uff0fb',
		'/\u2025/b',
		'/..;x/b',
		'/..%3Bx/b'
	])('is refused for %j, which could be interpreted as another path', (path) => {
		expect(targetOf(`/api/backends/grades${path}`)).toBeNull();
	});

	test.each(['/../../auth', '/%2e%2e/%2E%2e/auth', '/..\\..\\auth', '/.%2e/x/../../auth'])(
		'is refused for %j, which is another path of the portal',
		(path) => {
			expect(targetOf(`/api/backends/grades${path}`)).toBeNull();
		}
	);

	const piece = fc.oneof(
		fc.constantFrom('/', '\\', '..', '.', '%2e', '%2E', '%2f', '%5c', '%00', '%', '%25', '%252e', '%c0%ae', '%u002e'),
		fc.constantFrom(
			'?',
			'#',
			'@',
			':',
			';',
			'..;',
			'//',
			'http://evil.test',
			'\0',
			'\n',
			'\t',
			' ',
			'\u2028',
			'\ud800'
		),
		fc.constantFrom(
			'é',
			'\uff0e',
			'\uff0f',
			'\u2025',
			'\u2024',
			'[',
			']',
			'|',
			'^',
			'~',
			"'",
			'"',
			'<',
			'{',
			'`',
			'a',
			'0'
		),
		fc.string({ maxLength: 4, unit: 'binary' })
	);
	const path = fc.array(piece, { maxLength: 9 }).map((pieces) => `/api/backends/grades/${pieces.join('')}`);

	test.each([BASE, 'http://grades.test'])('never leaves %s, for any of 10,000 hostile paths', (text) => {
		const base = new URL(text);
		const prefix = base.pathname.replace(/\/$/, '');
		let reached = 0;
		void assertProperty(
			fc.property(path, (hostile) => {
				const url = targetOf(hostile, text);
				if (url === null) return;
				reached++;
				// As the most lenient of servers could read it: decoded until nothing changes, back to front slashes, parameters off.
				const read = lenient(url.pathname);
				expect(url.origin + url.username + url.password + url.hash).toBe(base.origin);
				expect(new URL(url.href).pathname).toBe(url.pathname);
				expect(`${new URL(base.origin + read).pathname}/`.startsWith(`${prefix}/`)).toBe(true);
				expect(read.split('/').filter((segment) => /^\.+$/.test(segment))).toEqual([]);
			}),
			{ numRuns: 10_000 }
		);
		expect(reached).toBeGreaterThan(2000);
	});
});

function lenient(pathname: string): string {
	let text = pathname;
	for (let before = ''; before !== text;) {
		before = text;
		text = text.replace(/%[\da-f]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
	}
	return text.replaceAll('\\', '/').replace(/;[^/]*/g, '');
}

describe('a URL that a backend returns', () => {
	const asked = new URL(`${BASE}/items`);

	test.each([
		['/api/v1/items/7?a=b#c', '/api/backends/grades/items/7?a=b#c'],
		['https://grades.example/api/v1/items/7', '/api/backends/grades/items/7'],
		['7', '/api/backends/grades/7'],
		['https://grades.example/api/v1', '/api/backends/grades']
	])('%s is mapped to %s', (address, wanted) => {
		expect(ownPath('grades', BASE, address, asked)).toBe(wanted);
	});

	test.each([
		'/api/v2/items',
		'../../other',
		'https://evil.test/api/v1/items',
		'//evil.test/api/v1',
		'http://[',
		'/api/v10'
	])('%s is not mapped to a path of the portal', (address) => {
		expect(ownPath('grades', BASE, address, asked)).toBeNull();
	});
});
