import { expect, test } from 'vitest';
import { createRefusalLog, refuse } from '../../../src/entry/refusal';

test('refusals are logged up to a limit per minute, and only counted above it', () => {
	const lines: [string, unknown][] = [];
	const timers: (() => void)[] = [];
	const refusals = createRefusalLog({
		write: (message, fields) => lines.push([message, fields]),
		after: (_ms, callBack) => timers.push(callBack)
	});

	for (let n = 0; n < 1000; n++) refusals.write({ requestId: String(n) });
	expect(lines).toHaveLength(100);
	expect(lines[99]).toEqual(['a request was refused', { requestId: '99' }]);
	expect(timers).toHaveLength(1);

	timers.shift()?.();
	expect(lines.slice(100)).toEqual([['refused requests without a log line of their own', { omitted: 900 }]]);

	refusals.write({ requestId: 'next' });
	timers.shift()?.();
	expect(lines.slice(101)).toEqual([['a request was refused', { requestId: 'next' }]]);
});

test.each(['/api/me', '/%61pi/me', '/api/%', '/api/wallet/sessions/%ff/status'])(
	'a refusal below /api is JSON, also for a client that accepts a page (%s)',
	(pathname) => {
		const { headers } = refuse('payload_too_large', { pathname, header: () => 'text/html' });
		expect(headers['content-type']).toBe('application/json');
	}
);

test('a refusal of a request without a valid URL is JSON: no browser sends one', () => {
	const { headers } = refuse('invalid_request', { pathname: undefined, header: () => 'text/html' });
	expect(headers['content-type']).toBe('application/json');
});
