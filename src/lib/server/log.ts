import {
	compareLogLevel,
	configureSync,
	getConsoleSink,
	getJsonLinesFormatter,
	getLogger,
	type LogLevel,
	type Sink
} from '@logtape/logtape';
import { unixMs } from './clock';
import { errorFields, redact } from './error-fields';

type Fields = Readonly<Record<string, unknown>>;

const logger = getLogger(['portal']);
const auditLogger = getLogger(['portal', 'audit']);

/** Where log lines are written in place of the console. Must neither throw nor block. */
interface LogOutput {
	/** Lines below `warning`, with their line feed. */
	readonly output: { push(line: string): void };
	/** All other lines. */
	readonly error: { push(line: string): void };
}

/** The server's entry and the application are two bundles of one process. Both find the output under this symbol. */
const OUTPUT = Symbol.for('eduid-wallet-portal.log-output');
const shared = globalThis as unknown as { [OUTPUT]: LogOutput | undefined };
const format = getJsonLinesFormatter();

/**
 * Starts logging, one JSON object per line. Lines that are logged before this call are dropped.
 * @param output in place of the console, also for the application
 */
export function startLogging(lowestLevel: LogLevel, output?: LogOutput): void {
	if (output) shared[OUTPUT] = output;
	configureSync({
		reset: true,
		sinks: { lines: shared[OUTPUT] ? sinkOf(shared[OUTPUT]) : getConsoleSink({ formatter: format }) },
		loggers: [
			{ category: 'portal', lowestLevel, sinks: ['lines'] },
			// Independent of the log level: audit lines may be needed months later.
			{ category: ['portal', 'audit'], lowestLevel: 'info', sinks: ['lines'], parentSinks: 'override' },
			{ category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['lines'] }
		]
	});
}

function sinkOf({ output, error }: LogOutput): Sink {
	return (record) => (compareLogLevel(record.level, 'warning') < 0 ? output : error).push(format(record));
}

/** Formats a warning as a line with its line feed, for places that can't use the log. */
export function formatWarning(message: string, properties: Fields): string {
	const record = { category: ['portal'], level: 'warning', message: [message], rawMessage: message } as const;
	return format({ ...record, properties, timestamp: unixMs() });
}

/**
 * The application's log. Fields are facts such as codes, counts and the request id. Texts are redacted before they are
 * written, so that a token or session id in an error message does not reach a log store.
 */
export const log = {
	debug: (message: string, fields: Fields = {}) => logger.debug(message, cleaned(fields)),
	info: (message: string, fields: Fields = {}) => logger.info(message, cleaned(fields)),
	/**
	 * At `info`, for lines that anybody can cause with a request. They are limited per network of the client, so that nobody can
	 * flood the log; one line says that the following ones are suppressed.
	 */
	limited(message: string, fields: Fields = {}): void {
		const room = clientLines.roomFor(findNetwork() ?? '');
		if (room === 'yes') log.info(message, fields);
		else if (room === 'last') log.info('further log lines are suppressed until the minute ends');
	},
	warn: (message: string, fields: Fields = {}) => logger.warn(message, cleaned(fields)),
	error: (message: string, fields: Fields = {}) => logger.error(message, cleaned(fields))
};

/**
 * The audit log: lines with `"logger":"portal.audit"`, written at every `LOG_LEVEL`. Nothing is redacted, because the fields
 * are not texts from outside (`audit.ts`): a client id may look like the id of a person, and an address must stay.
 */
export const auditLog = (message: string, fields: Fields) => auditLogger.info(message, withRequestId(fields));

let findRequestId: () => string | undefined = () => undefined;

/** Sets the function that finds the id of the current request, so that lines from deeper in the code have it as well. */
export function findRequestIdBy(find: () => string | undefined): void {
	findRequestId = find;
}

let findNetwork: () => string | undefined = () => undefined;

/** Sets the function that finds the network of the current request's client, for the limit of `log.limited`. */
export function findNetworkBy(find: () => string | undefined): void {
	findNetwork = find;
}

function cleaned(given: Fields): Record<string, unknown> {
	return Object.fromEntries(Object.entries(withRequestId(given)).map(([name, value]) => [name, cleanedValue(value)]));
}

function withRequestId(given: Fields): Record<string, unknown> {
	const requestId = given.requestId ?? findRequestId();
	return requestId === undefined ? { ...given } : { ...given, requestId };
}

function cleanedValue(value: unknown): unknown {
	if (value instanceof Error) return errorFields(value);
	return typeof value === 'string' ? redact(value) : value;
}

/** The maximum number of lines per minute that requests from one network cause by `log.limited`. */
const MAX_PER_NETWORK = 1200;
/** The same for all networks together, per process. */
const MAX_CLIENT_LINES = 12_000;
const clientLines = createLineLimit(MAX_PER_NETWORK, MAX_CLIENT_LINES);

const WINDOW_MS = 60_000;

/** Creates a limit of lines per minute, for each network and for all of them together. */
export function createLineLimit(perNetwork: number, perProcess: number) {
	let endsAtMs = 0;
	let lines = 0;
	/** Each network has at least one of the lines, so there are no more entries than lines. */
	const linesOf = new Map<string, number>();

	return {
		/** Whether there is room for another line; `last`: for one that says that the following ones are suppressed. */
		roomFor(network: string): 'yes' | 'last' | 'no' {
			const nowMs = performance.now();
			if (nowMs >= endsAtMs) {
				endsAtMs = nowMs + WINDOW_MS;
				lines = 0;
				linesOf.clear();
			}
			if (lines > perProcess) return 'no';
			const own = (linesOf.get(network) ?? 0) + 1;
			linesOf.set(network, own);
			// Lines that are not written do not count for the others, or one network could suppress those of all.
			if (own > perNetwork) return own === perNetwork + 1 ? 'last' : 'no';
			lines += 1;
			return lines > perProcess ? 'last' : 'yes';
		}
	};
}
