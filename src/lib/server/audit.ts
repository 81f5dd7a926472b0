import { createHmac } from 'node:crypto';
import { config } from './config';
import { auditLog } from './log';

/** What an auditor asks about later. */
export type AuditEvent = 'signed in' | 'signed out' | 'wallet linked' | 'wallet unlinked';

/** Short enough for a line, long enough never to be the same for two people (132 bits). */
const HASH_CHARACTERS = 22;

/**
 * Writes one line of the audit log. The person appears as a keyed hash of the stable id alone: whoever holds `AUTH_SECRET`
 * can tell whether a line is of a known person, and nobody can tell from a line who it is.
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
