import { type AuditEvent, auditEvents, type AuditLine } from './audit-events';
import { builtin } from './runtime';
import { config } from './config';
import { auditLog, createLineLimit } from './log';

/** 132 bits: short enough for a log line, and long enough never to be the same for two people. */
const HASH_CHARACTERS = 22;

/** The client of a request. */
export interface AuditAddress {
	/** What the line says: the network or the address, as `AUDIT_ADDRESS` says; undefined for nothing. */
	readonly shown: string | undefined;
	/** Of the limit, whatever `AUDIT_ADDRESS` says: one client has many IPv6 addresses. */
	readonly network: string | undefined;
}

/** What is known about an event. Ids are hashed before they are written; other properties, such as tokens, are not read. */
interface AuditFacts extends Pick<Partial<AuditLine>, 'provider' | 'reason' | 'by' | 'target' | 'client' | 'backend'> {
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
 * whether a line is about a known person, but no line reveals who the person is. No client can flood the log: failures are
 * limited per network, and every other event needs a request with a limit of its own, or is written once per session.
 * @param locals null if no request caused the event
 * @returns whether it was written; false if the client's network has used up its limit
 */
export function audit(
	event: AuditEvent,
	facts: AuditFacts,
	locals: Pick<App.Locals, 'requestId' | 'auditAddress'> | null
): boolean {
	const client = locals?.auditAddress?.();
	const room = auditEvents[event] === 'failure' ? failures.roomFor(client?.network ?? '') : 'yes';
	if (room === 'no') return false;
	const line = room === 'last' ? ({ event: 'audit.suppressed' } as const) : { ...propertiesOf(facts), event };
	const all = { ...line, outcome: auditEvents[line.event], requestId: locals?.requestId, address: client?.shown };
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

/** Lines per minute about failures of clients of one network. */
const MAX_PER_NETWORK = 600;
/** The same for all networks together, per process. */
const MAX_FAILURES = 6000;
const failures = createLineLimit(MAX_PER_NETWORK, MAX_FAILURES);
