import { beforeEach, expect, test, vi } from 'vitest';
import { log } from '../../../src/lib/server/log';
import { fileLimitIn, warnOfFileLimit } from '../../../src/entry/startup';

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
])('%j contains the limit %s', (text, limit) => expect(fileLimitIn(text)).toBe(limit));

test('only a limit below the number of connections is logged as a warning', () => {
	warnOfFileLimit(30_000, 30_000);
	warnOfFileLimit(Infinity, 30_000);
	warnOfFileLimit(null, 30_000);
	expect(log.warn).not.toHaveBeenCalled();
	warnOfFileLimit(1024, 30_000);
	expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('ulimit -n'), {
		limit: 1024,
		connections: 30_000
	});
});
