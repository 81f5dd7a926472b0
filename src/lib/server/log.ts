import { configureSync, getConsoleSink, getJsonLinesFormatter, getLogger, type LogLevel } from '@logtape/logtape';
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

/** The audit log: the same lines under a category of their own, `portal·audit`, written at every `LOG_LEVEL`. */
export const auditLog = (message: string, fields: Fields) => auditLogger.info(message, cleaned(fields));

function cleaned(fields: Fields): Record<string, unknown> {
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanedValue(value)]));
}

function cleanedValue(value: unknown): unknown {
	if (value instanceof Error)
		return { name: value.name, ...refusal(value), stack: redact(value.stack ?? value.message) };
	return typeof value === 'string' ? redact(value) : value;
}

/** What the STS says of its refusal (RFC 6749 5.2): oauth4webapi keeps that off the message, and operators need it. */
function refusal(error: Error): { readonly code?: string; readonly description?: string } {
	const { error: code, error_description: description } = error as { error?: unknown; error_description?: unknown };
	if (typeof code !== 'string' || !/^[a-z_]{1,64}$/.test(code)) return {};
	return { code, ...(typeof description === 'string' && { description: redact(description).slice(0, 200) }) };
}

const MAX_CAUSE_LENGTH = 300;

/**
 * What an error and its causes say, for a field of a log line: `fetch failed: connect ECONNREFUSED 127.0.0.1:8090`. Without
 * stack; the log redacts it like every text.
 */
export function describeCause(error: unknown): string {
	const texts: string[] = [];
	for (let current = error; current !== undefined && texts.length < 5;) {
		const text = current instanceof Error ? textOf(current) : typeof current === 'string' ? current : 'unknown';
		if (!texts.includes(text)) texts.push(text);
		current = current instanceof Error ? current.cause : undefined;
	}
	return texts.join(': ').slice(0, MAX_CAUSE_LENGTH);
}

/** Some errors of the network have a code only, such as an AggregateError of several refused addresses. */
function textOf(error: Error): string {
	const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
	if (error.message === '') return code || error.name;
	return error.message.includes(code) ? error.message : `${code} ${error.message}`;
}
