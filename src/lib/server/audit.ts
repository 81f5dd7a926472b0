import { createHmac } from 'node:crypto';
import { config } from './config';
import { auditLog } from './log';

/** The events of the audit log. */
export type AuditEvent = 'signed in' | 'signed out' | 'wallet linked' | 'wallet unlinked';

/** 132 bits: short enough for a log line, and long enough never to be the same for two people. */
const HASH_CHARACTERS = 22;

/**
 * Writes one line to the audit log. The person appears only as a keyed hash of their stable id. With `AUTH_SECRET` it is
 * possible to check whether a line is about a known person, but no line reveals who the person is.
 */
export function audit(
	event: AuditEvent,
	{ userId, provider }: { readonly userId: string; readonly provider: string },
	{ requestId }: App.Locals
): void {
	auditLog(event, { requestId, provider, subject: hashOf(userId) });
}

function hashOf(userId: string): string {
	const [first = ''] = config().secrets;
	return createHmac('sha256', first).update(`audit ${userId}`).digest('base64url').slice(0, HASH_CHARACTERS);
}
