import { beforeEach, expect, test, vi } from 'vitest';
import { log } from '../../../src/lib/server/log';
import { connectionsWithin, fileLimitIn } from '../../../src/entry/startup';

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
		connections: 30_000
	});
});
