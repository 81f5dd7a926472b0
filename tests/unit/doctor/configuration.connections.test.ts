import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/lib/server/config/parse';
import { examineConnections } from '../../../src/doctor/configuration';
import { environment } from '../server/configured';

const findingsOf = (changes: Readonly<Record<string, string>>) =>
	examineConnections(parseConfig({ ...environment, ...changes }));

test('warns that event streams and requests may take all connections, with the numbers', () => {
	expect(findingsOf({ EVENT_STREAMS: '50000' })).toMatchObject([
		{
			check: 'configuration.connections',
			severity: 'warning',
			message: expect.stringMatching(
				/CONNECTIONS \(30000\) .* EVENT_STREAMS \(50000\) .* REQUESTS_AT_ONCE \(5000\)/
			) as string
		}
	]);
});

test('finds nothing if there are more connections than event streams and requests together', () => {
	expect(findingsOf({})).toEqual([]);
});
