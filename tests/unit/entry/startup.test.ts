import { beforeEach, expect, test, vi } from 'vitest';
import { log } from '../../../src/lib/server/log';
import {
	connectionsWithin,
	fileLimitIn,
	readConfigOrExit,
	warnOfFewConnections,
	warnOfSettings
} from '../../../src/entry/startup';
import { parseConfig } from '../../../src/lib/server/config/parse';
import { environment } from '../server/configured';

vi.mock('../../../src/lib/server/log', () => ({ log: { warn: vi.fn() } }));
beforeEach(() => vi.clearAllMocks());

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             15434                unlimited            processes
Max open files            1024                 524288               files
Max locked memory         8388608              8388608              bytes
`;

test.each([
	[LIMITS, 1024],
	['1024\n', 1024],
	['unlimited\n', Infinity],
	['', null],
	['sh: ulimit: not found\n', null]
])('the open file limit in %j is %s', (text, limit) => expect(fileLimitIn(text)).toBe(limit));

test.each([
	[null, 30_000],
	[Infinity, 30_000],
	[31_000, 30_000]
])('with a limit of %s open files, CONNECTIONS is used without a warning', (limit, connections) => {
	expect(connectionsWithin(limit, connections)).toBe(connections);
	expect(log.warn).not.toHaveBeenCalled();
});

test.each([
	[30_999, 29_999],
	[20_000, 19_000],
	[1024, 768],
	[1, 0]
])('a limit of %i open files leaves %i for connections, with a warning', (limit, allowed) => {
	expect(connectionsWithin(limit, 30_000)).toBe(allowed);
	expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('ulimit -n'), {
		limit,
		connections: 30_000,
		needed: 31_000
	});
});

test('the warning about open files names the variables that have an effect', () => {
	connectionsWithin(1024, 20_000, 'EVENT_STREAMS and REQUESTS_AT_ONCE');
	const [[text] = []] = vi.mocked(log.warn).mock.calls;
	expect(text).toContain('lower EVENT_STREAMS and REQUESTS_AT_ONCE');
	expect(text).not.toContain('CONNECTIONS');
});

/** What the process prints before it ends with exit code 1. */
function lastWords(read: () => unknown): string {
	const ended = new Error('ended');
	const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
		throw ended;
	});
	const print = vi.spyOn(console, 'error').mockReturnValue();
	try {
		expect(read).toThrow(ended);
		expect(exit).toHaveBeenCalledExactlyOnceWith(1);
		return print.mock.calls.join('\n');
	} finally {
		vi.restoreAllMocks();
	}
}

const misspelt = { ...environment, STS_CLIENT_SECRET: undefined, STS_CLIENT_SECERT: 'hush' };

test('a misspelt required variable is named with the fault that it causes, without its value', () => {
	const text = lastWords(() => readConfigOrExit(misspelt));
	expect(text).toContain('- STS_CLIENT_SECRET: is missing');
	expect(text).toContain(
		'STS_CLIENT_SECERT is not known to the portal and has no effect. Did you mean STS_CLIENT_SECRET?'
	);
	expect(text).not.toContain('hush');
});

test('misspelt variables are found among all variables, also where the configuration has the known ones only', () => {
	const known = { ...misspelt, STS_CLIENT_SECERT: undefined };
	expect(lastWords(() => readConfigOrExit(known, misspelt))).toContain('Did you mean STS_CLIENT_SECRET?');
	expect(lastWords(() => readConfigOrExit(known))).not.toContain('Did you mean');
});

test.each([{}, { CONNECTIONS: '10000', EVENT_STREAMS: '5000', REQUESTS_AT_ONCE: '4999' }, { CONNECTIONS: '25001' }])(
	'with %j there are connections left for 503, and no warning',
	(changes) => {
		warnOfFewConnections(parseConfig({ ...environment, ...changes }));
		expect(log.warn).not.toHaveBeenCalled();
	}
);

test.each([{ EVENT_STREAMS: '50000' }, { CONNECTIONS: '25000' }, { REQUESTS_AT_ONCE: '10000' }])(
	'with %j event streams and requests may take all connections, which causes a warning with the numbers',
	(changes) => {
		const config = parseConfig({ ...environment, ...changes });
		warnOfFewConnections(config);
		expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('CONNECTIONS must be more than'), {
			connections: config.connections,
			eventStreams: config.eventStreams.maxPerProcess,
			requestsAtOnce: config.requestsAtOnce
		});
	}
);

const contact = { SECURITY_CONTACT: 'csirt@uni.example' };

test.each([
	[{}, []],
	[{ TRUSTED_HOPS: '2' }, ['TRUSTED_HOPS has no effect without AUTH_TRUST_HOST=true.']],
	[{ AUTH_URL: 'https://portal.example.org', STS_ISSUER_URL: 'https://sts.example' }, ['AUTH_TRUST_HOST is false']],
	[{ ...contact, SECURITY_EXPIRES: '2020-01-01' }, ['SECURITY_EXPIRES is in the past']],
	[{ ...contact, SECURITY_EXPIRES: '2999-01-01' }, []]
])('a start with %o warns: %j', (changes, texts) => {
	const changed = { ...environment, ...changes };
	warnOfSettings(changed, parseConfig(changed));
	expect(vi.mocked(log.warn).mock.calls.map(([text]) => text)).toEqual(
		texts.map((text) => expect.stringContaining(text) as string)
	);
});
