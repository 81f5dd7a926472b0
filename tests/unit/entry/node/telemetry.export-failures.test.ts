import { diag } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import { logExportFailures } from '../../../../src/entry/node/telemetry';
import { log } from '../../../../src/lib/server/log';

afterEach(() => {
	diag.disable();
	vi.restoreAllMocks();
});

/** As OpenTelemetry reports an exception. */
const exception = (fields: object) => JSON.stringify({ stack: 'Error: x\n at y', data: 'what it sent', ...fields });

test('a failed export is one warning in five minutes, with its cause and the host of the collector', () => {
	const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
	let nowMs = 0;
	logExportFailures('http://user:secret@collector.example:4318/otlp?key=secret', () => nowMs);
	expect(warned).not.toHaveBeenCalled();
	diag.error(exception({ code: '401', message: 'Unauthorized' }));
	diag.error(exception({ message: 'connect ECONNREFUSED 127.0.0.1:4318' }));
	expect(warned.mock.calls).toEqual([
		['telemetry cannot be exported', { host: 'collector.example:4318', cause: '401 Unauthorized' }]
	]);
	nowMs = 5 * 60_000;
	diag.error(exception({ message: 'connect ECONNREFUSED 127.0.0.1:4318' }));
	expect(warned).toHaveBeenLastCalledWith('telemetry cannot be exported', {
		host: 'collector.example:4318',
		cause: 'connect ECONNREFUSED 127.0.0.1:4318'
	});
});

test('a failure that is reported as text is logged, and warnings of the SDK are not', () => {
	const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
	logExportFailures('http://collector.example');
	diag.warn('a warning');
	diag.info('a note');
	expect(warned).not.toHaveBeenCalled();
	diag.error('export timed out');
	expect(warned.mock.calls).toEqual([
		['telemetry cannot be exported', { host: 'collector.example:80', cause: 'export timed out' }]
	]);
});

test('a failure without a message is logged as unknown', () => {
	const warned = vi.spyOn(log, 'warn').mockImplementation(() => {});
	logExportFailures(undefined);
	diag.error(exception({}));
	expect(warned.mock.calls).toEqual([['telemetry cannot be exported', { host: undefined, cause: 'unknown' }]]);
});
