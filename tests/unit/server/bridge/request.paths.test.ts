import { describe, expect, test } from 'vitest';
import { bindingsPath, sessionPath } from '$lib/server/bridge/request';
import { Problem } from '$lib/server/http/problem';
import { upstreamUrl } from '$lib/server/upstream/client';
import { sessionId } from './fixtures';

const fragments = [
	...[
		'/',
		'\\',
		'..',
		'.',
		'%2e',
		'%2f',
		'%5c',
		'%00',
		'%',
		'?',
		'#',
		'@',
		':',
		';',
		'//',
		'http://evil.test',
		'\0',
		'\n'
	],
	...[
		'\t',
		' ',
		'\u2028',
		'\ud800',
		'é',
		'＠',
		'。',
		'..;',
		'[',
		']',
		'|',
		'^',
		'~',
		"'",
		'"',
		'<',
		'a',
		'0',
		sessionId
	]
];

/** A small generator with a fixed seed, so that a failure can be repeated. */
function randomTexts(count: number): string[] {
	let state = 20260701;
	const next = (limit: number) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state % limit;
	};
	return Array.from({ length: count }, () =>
		Array.from({ length: next(6) }, () => fragments[next(fragments.length)] ?? '').join('')
	);
}

/** The address, or null where the segment was refused. Any other error fails the test. */
function addressOf(base: URL, segments: () => readonly string[]): URL | null {
	try {
		return upstreamUrl(base, segments());
	} catch (error) {
		if (error instanceof Problem && error.code === 'not_found') return null;
		throw error;
	}
}

describe('the URL of a Bridge operation', () => {
	test.each([
		['http://bridge.test:8090', 'http://bridge.test:8090/internal/bindings/a'],
		['http://bridge.test/', 'http://bridge.test/internal/bindings/a'],
		['https://gateway.test/bridge/v1/', 'https://gateway.test/bridge/v1/internal/bindings/a']
	])('is below %s', (base, wanted) => {
		expect(upstreamUrl(new URL(base), bindingsPath('a')).href).toBe(wanted);
	});

	test('keeps a subject with slashes, an at sign and spaces in one segment', () => {
		const url = upstreamUrl(new URL('http://bridge.test/v1'), bindingsPath('urn:x/y z@uni.test', 'b1'));
		expect(url.pathname).toBe('/v1/internal/bindings/urn%3Ax%2Fy%20z%40uni.test/b1');
	});

	test.each(['', '.', '..', 'a\0b', 'a\nb', '\ud800', 'x'.repeat(513)])('is refused for the subject %j', (subject) => {
		expect(addressOf(new URL('http://bridge.test/v1'), () => bindingsPath(subject))).toBeNull();
	});

	test.each(['http://bridge.test', 'http://bridge.test/v1'])(
		'never leaves %s, for any of 10,000 hostile subjects and ids',
		(text) => {
			const base = new URL(text);
			const prefix = `${base.pathname.replace(/\/$/, '')}/internal/bindings/`;
			const addresses = randomTexts(10_000)
				.map((hostile) => addressOf(base, () => bindingsPath(hostile, hostile)))
				.filter((address) => address !== null);
			const strays = addresses.filter(
				({ origin, pathname, search, hash, username }) =>
					origin !== base.origin ||
					!pathname.startsWith(prefix) ||
					pathname.slice(prefix.length).split('/').length !== 2 ||
					search + hash + username !== ''
			);
			expect(addresses.length).toBeGreaterThan(5000);
			expect(strays.map(String)).toEqual([]);
		}
	);

	test('accepts wallet session ids only, and refuses 10,000 other texts', () => {
		const base = new URL('http://bridge.test/v1');
		const made = randomTexts(10_000)
			.filter((hostile) => hostile !== sessionId)
			.filter((hostile) => addressOf(base, () => sessionPath(hostile, 'status')) !== null);
		expect(made).toEqual([]);
	});
});
