import { expect, test } from 'vitest';
import { examineListening } from '../../../src/doctor/proxies';

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
