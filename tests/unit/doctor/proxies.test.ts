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
	'a portal behind a proxy that listens on %s may be reached without it: a warning, because containers need it',
	(host) => {
		expect(findingsOf(host)).toEqual([
			['proxy.port', 'warning', expect.stringContaining('Port 3000 must be reachable by the proxy only.')]
		]);
	}
);

test.each(['127.0.0.1', '::1', '[::1]', 'localhost', '10.0.0.5', 'fd00::'])(
	'of a portal behind a proxy that listens on %s nothing is said',
	(host) => {
		expect(findingsOf(host)).toEqual([]);
	}
);

test('without AUTH_TRUST_HOST nobody can choose an address, wherever the portal listens', () => {
	expect(findingsOf('0.0.0.0', false)).toEqual([]);
});
