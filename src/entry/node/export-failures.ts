import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { hostOf } from '../../lib/server/error-fields';
import { log } from '../../lib/server/log';

/** A collector that is down fails each export of metrics and of traces. */
const REPORT_EVERY_MS = 5 * 60_000;

/** Logs failed exports, which OpenTelemetry reports to its own logger only, at most once in five minutes. */
export function logExportFailures(endpoint: string | undefined, now: () => number = () => performance.now()): void {
	let reportedAtMs = -Infinity;

	function report(text: string): void {
		if (now() - reportedAtMs < REPORT_EVERY_MS) return;
		reportedAtMs = now();
		log.warn('telemetry cannot be exported', { host: hostOf(endpoint ?? ''), cause: causeIn(text) });
	}

	const ignore = () => {};
	const logger: DiagLogger = { error: report, warn: ignore, info: ignore, debug: ignore, verbose: ignore };
	diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
}

/** OpenTelemetry reports an error as JSON. Its other fields are its stack, and what the collector responded. */
function causeIn(text: string): string {
	try {
		const { message, code } = JSON.parse(text) as { readonly message?: unknown; readonly code?: unknown };
		const known = [code, message].filter((part) => typeof part === 'string' && part !== '');
		return known.length > 0 ? known.join(' ') : 'unknown';
	} catch {
		return text;
	}
}
