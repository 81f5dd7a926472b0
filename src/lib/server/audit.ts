import { type AuditEvent, auditEvents, type AuditLine } from './audit-events';
import { builtin } from './runtime';
import { createBoundedCache } from './cache';
import { config } from './config';
import { auditLog } from './log';

/** 132 bits: short enough for a log line, and long enough never to be the same for two people. */
const HASH_CHARACTERS = 22;

/** What is known about an event. Ids are hashed before they are written; other properties, such as tokens, are not read. */
export interface AuditFacts extends Pick<
	Partial<AuditLine>,
	'provider' | 'reason' | 'by' | 'target' | 'client' | 'backend'
> {
	/** The person's stable id (`userId` of the session). */
	readonly userId?: string | undefined;
	/** The id of the session. */
	readonly id?: string | undefined;
	readonly walletSessionId?: string | undefined;
	readonly stsSub?: string | undefined;
	readonly stsSid?: string | undefined;
}

/**
 * Writes one line to the audit log. Ids appear only as keyed hashes: with the key (`AUDIT_HASH_KEY`) it is possible to check
 * whether a line is about a known person, but no line reveals who the person is. Failures are limited per network, so that
 * nobody can flood the log.
 * @param locals null if no request caused the event
 * @returns whether it was written; false if the client's network has used up its limit
 */
export function audit(
	event: AuditEvent,
	facts: AuditFacts,
	locals: Pick<App.Locals, 'requestId' | 'auditAddress'> | null
): boolean {
	const address = locals?.auditAddress?.();
	const room = auditEvents[event] === 'failure' ? roomFor(address ?? '') : 'yes';
	if (room === 'no') return false;
	const line = room === 'last' ? ({ event: 'audit.suppressed' } as const) : { ...propertiesOf(facts), event };
	const all = { ...line, outcome: auditEvents[line.event], requestId: locals?.requestId, address };
	auditLog(line.event, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
	return room === 'yes';
}

function propertiesOf({ userId, id, walletSessionId, stsSub, stsSid, ...facts }: AuditFacts) {
	const { provider, reason, by, target, client, backend } = facts;
	return {
		subject: hashOf('', userId),
		session: hashOf('session ', id),
		walletSession: hashOf('wallet session ', walletSessionId),
		stsSubject: hashOf('sts subject ', stsSub),
		stsSession: hashOf('sts session ', stsSid),
		...{ provider, reason, by, target, client, backend }
	};
}

/** The kind keeps hashes of different ids apart. That of people is empty, as in earlier versions. */
function hashOf(kind: string, id: string | undefined): string | undefined {
	if (id === undefined) return undefined;
	return builtin
		.crypto()
		.createHmac('sha256', config().audit.hashKey)
		.update(`audit ${kind}${id}`)
		.digest('base64url')
		.slice(0, HASH_CHARACTERS);
}

const WINDOW_MS = 60_000;
/** Lines per minute about failures of clients of one network. */
export const MAX_PER_NETWORK = 600;
/** The same for all networks together, per process. */
export const MAX_FAILURES = 6000;

interface Window {
	readonly startedAtMs: number;
	count: number;
}
const windows = createBoundedCache<Window>({ maxBytes: 4 * 1024 ** 2, bytesOf: () => 16 });
/** Not the key of any address. */
const EVERYBODY = '*';

/** Whether there is room for another line; `last`: for one that says that the following ones are suppressed. */
function roomFor(network: string): 'yes' | 'last' | 'no' {
	const own = take(network, MAX_PER_NETWORK);
	// Lines that are not written do not count for the others, or one network could suppress those of all.
	if (own !== 'yes') return own;
	return take(EVERYBODY, MAX_FAILURES);
}

function take(key: string, most: number): 'yes' | 'last' | 'no' {
	const nowMs = performance.now();
	const known = windows.get(key);
	const current = known && nowMs - known.startedAtMs < WINDOW_MS ? known : { startedAtMs: nowMs, count: 0 };
	if (current !== known) windows.set(key, current);
	current.count++;
	return current.count <= most ? 'yes' : current.count === most + 1 ? 'last' : 'no';
}
