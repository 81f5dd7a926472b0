import { configureSync, getConsoleSink, getJsonLinesFormatter, getLogger, type LogLevel } from '@logtape/logtape';
import { errorFields } from './error-fields';
import { redact } from './redact';

type Fields = Readonly<Record<string, unknown>>;

const logger = getLogger(['portal']);
const auditLogger = getLogger(['portal', 'audit']);

/** Starts logging: one JSON object per line on the console. Before this, log lines are dropped. */
export function startLogging(lowestLevel: LogLevel): void {
	configureSync({
		reset: true,
		sinks: { console: getConsoleSink({ formatter: getJsonLinesFormatter() }) },
		loggers: [
			{ category: 'portal', lowestLevel, sinks: ['console'] },
			// Whatever the level is: these lines are asked for months later.
			{ category: ['portal', 'audit'], lowestLevel: 'info', sinks: ['console'], parentSinks: 'override' },
			{ category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['console'] }
		]
	});
}

/**
 * The application's log. Fields are facts such as codes, counts and the request id; texts are redacted on
 * the way out, so that a token or session id in an error's message does not end up in a log store.
 */
export const log = {
	debug: (message: string, fields: Fields = {}) => logger.debug(message, cleaned(fields)),
	info: (message: string, fields: Fields = {}) => logger.info(message, cleaned(fields)),
	warn: (message: string, fields: Fields = {}) => logger.warn(message, cleaned(fields)),
	error: (message: string, fields: Fields = {}) => logger.error(message, cleaned(fields))
};

/** The audit log: lines with `"logger":"portal.audit"`, written at every `LOG_LEVEL`. */
export const auditLog = (message: string, fields: Fields) => auditLogger.info(message, cleaned(fields));

let findRequestId: () => string | undefined = () => undefined;

/** Sets how the request that is being handled is found: lines far from it get its id as well. */
export function findRequestIdBy(find: () => string | undefined): void {
	findRequestId = find;
}

function cleaned(given: Fields): Record<string, unknown> {
	const requestId = given.requestId ?? findRequestId();
	const fields = requestId === undefined ? given : { ...given, requestId };
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanedValue(value)]));
}

function cleanedValue(value: unknown): unknown {
	if (value instanceof Error) return errorFields(value);
	return typeof value === 'string' ? redact(value) : value;
}
