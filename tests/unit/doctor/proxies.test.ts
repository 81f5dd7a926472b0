import { expect, test } from 'vitest';
import { examineFront, examineListening } from '../../../src/doctor/proxies';

/** The severity and the advice of each finding about a portal that listens on a host, behind a proxy or not. */
const findingsOf = (host: string, trustHost = true) =>
	examineListening({ listen: { host, port: 3000 }, trustHost }).map(({ check, severity, advice }) => [
		check,
		severity,
		advice
	]);

test.each(['0.0.0.0', '0', '::', '[::]', '::0', '0:0:0:0:0:0:0:0', '::0.0.0.0'])(
	'warns that a portal that listens on %s may be reachable without its proxy',
	(host) => {
		expect(findingsOf(host)).toEqual([
			['proxy.port', 'warning', expect.stringContaining('Port 3000 must be reachable by the proxy only.')]
		]);
	}
);

test.each(['127.0.0.1', '::1', '[::1]', 'localhost', '10.0.0.5', 'fd00::'])(
	'reports nothing about a portal behind a proxy that listens on %s',
	(host) => {
		expect(findingsOf(host)).toEqual([]);
	}
);

test('reports nothing about the listening address without AUTH_TRUST_HOST', () => {
	expect(findingsOf('0.0.0.0', false)).toEqual([]);
});

/** The checks that warn about a portal that responds at a front's address. */
const frontChecks = (front: string, { trustHost = true, origin = 'https://portal.example' } = {}) =>
	examineFront({ origin, trustHost, listen: { host: '127.0.0.1', port: 3000 } }, new URL(front)).map(
		({ check, severity }) => `${severity} ${check}`
	);

test('reports nothing about a front at AUTH_URL whose X-Forwarded-For the portal uses', () => {
	expect(frontChecks('https://portal.example/login')).toEqual([]);
});

test.each(['https://www.portal.example', 'http://portal.example', 'https://portal.example:8443'])(
	'warns that AUTH_URL is another address than %s',
	(front) => {
		expect(frontChecks(front)).toEqual(['warning proxy.origin']);
	}
);

test('warns that a proxy in front gives everybody its address without AUTH_TRUST_HOST', () => {
	expect(frontChecks('https://portal.example', { trustHost: false })).toEqual(['warning proxy.forwarded']);
});

test("reports nothing about AUTH_TRUST_HOST at the portal's own port", () => {
	const direct = { trustHost: false, origin: 'http://localhost:3000' };
	expect(frontChecks('http://localhost:3000', direct)).toEqual([]);
});
