import { sendJson, type Exchange } from '../http/exchange.ts';
import type { Scenarios } from '../scenarios.ts';

export type Dialect = 'doc' | 'field';

/** HTTP statuses as the service returns them: two of them are less specific than their code. */
const statuses = {
	QUERY_ID_REQUIRED: 400,
	INVALID_REQUEST_BODY: 400,
	SESSION_NOT_FOUND: 404,
	SESSION_NOT_VERIFIED: 400,
	SESSION_ALREADY_ANSWERED: 409,
	SESSION_ALREADY_COMPLETED: 409,
	SESSION_NOT_IDV_REQUIRED: 400,
	NO_RECONCILIATION_SESSION: 404,
	NO_RECONCILIATION_MAPPING: 400,
	RECONCILIATION_FAILED: 422,
	HOLDER_KEY_EXTRACTION_FAILED: 500
} as const;
export type BridgeErrorCode = keyof typeof statuses;

/** Thrown by the Bridge's operations, and written by `createErrorWriter`. */
export class BridgeError extends Error {
	readonly code: BridgeErrorCode;

	constructor(code: BridgeErrorCode, detail = '') {
		super(`${code.toLowerCase().replaceAll('_', ' ')}${detail === '' ? '' : `: ${detail}`}`);
		this.name = 'BridgeError';
		this.code = code;
	}
}

export interface ErrorWriter {
	/** Sends an error of the Bridge itself. */
	refuse: (exchange: Exchange, error: BridgeError) => void;
	/** Sends any status and code in the same format, for faults. */
	write: (exchange: Exchange, status: number, code: string, message?: string) => void;
}

/**
 * Writes errors in the format of the dialect: `doc` nests them, `field` is flat. `bridge-old-shape` is the format of older
 * deployments, with the HTTP status as the only code. Messages contain the session id, as real ones do.
 */
export function createErrorWriter(dialect: Dialect, scenarios: Scenarios): ErrorWriter {
	const write: ErrorWriter['write'] = (exchange, status, code, message = code) => {
		if (scenarios.peek('bridge-old-shape')) sendJson(exchange, status, { code: String(status), message });
		else if (dialect === 'doc')
			sendJson(exchange, status, { error: { code: code.toUpperCase(), message, details: {} } });
		else sendJson(exchange, status, { error: code.toLowerCase(), error_description: message });
	};
	return {
		write,
		refuse: (exchange, { code, message }) => {
			const everything500 = scenarios.peek('bridge-500-for-everything') !== undefined;
			write(exchange, everything500 ? 500 : statuses[code], code, message);
		}
	};
}
