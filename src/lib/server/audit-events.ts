import * as v from 'valibot';

type Outcome = 'success' | 'failure';

/**
 * The events of the audit log, with their outcome. Names are stable: security teams search for them. docs/operations.md
 * describes them.
 */
export const auditEvents = {
	'sign_in.started': 'success',
	'sign_in.succeeded': 'success',
	'sign_in.failed': 'failure',
	'wallet_session.created': 'success',
	'wallet_session.verified': 'success',
	'wallet_session.refused': 'failure',
	'identity_verification.started': 'success',
	'identity_verification.ended': 'success',
	'identity_verification.failed': 'failure',
	'wallet.linked': 'success',
	'wallet.unlinked': 'success',
	'step_up.started': 'success',
	'step_up.succeeded': 'success',
	'step_up.failed': 'failure',
	'sign_out.succeeded': 'success',
	'session.ended': 'success',
	'refresh.ended': 'failure',
	'backend.refused': 'failure',
	'admin.sessions_revoked': 'success',
	'admin.refused': 'failure',
	'audit.suppressed': 'failure'
} as const satisfies Record<string, Outcome>;

/** The name of an event. */
export type AuditEvent = keyof typeof auditEvents;

const hash = v.optional(v.pipe(v.string(), v.regex(/^[\w-]{22}$/)));
const code = v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)));

/** The `properties` of an audit line, which is a JSON object with `"logger":"portal.audit"`. */
export const AuditLine = v.strictObject({
	event: v.picklist(Object.keys(auditEvents) as AuditEvent[]),
	outcome: v.picklist(['success', 'failure']),
	/** The help code that the person sees, which is also the `X-Request-Id`; absent if no request caused the event. */
	requestId: v.optional(v.string()),
	/** The client's network or address (`AUDIT_ADDRESS`). */
	address: v.optional(v.string()),
	/** Keyed hash of the person's stable id. */
	subject: hash,
	/** Keyed hash of the session's id. */
	session: hash,
	/** Keyed hash of the wallet session's id. */
	walletSession: hash,
	/** Keyed hashes of the `sub` or `sid` of the STS's logout token. */
	stsSubject: hash,
	stsSession: hash,
	/** `sts` (institution) or `sts-wallet`. */
	provider: code,
	/** Why it failed or ended: a code. */
	reason: code,
	/** Who ended a session. `portal`: its tokens were lost or have become too large, as `reason` says. */
	by: v.optional(v.picklist(['person', 'sts', 'idle', 'portal'])),
	/** What an operator revoked, or a person ended: all sessions of a person (`user`), all but one of them, or those of all people. */
	target: v.optional(v.picklist(['user', 'others', 'all'])),
	/** The client id of an API client. */
	client: v.optional(v.string()),
	/** The name of a backend in `BACKENDS`. */
	backend: code
});
export type AuditLine = v.InferOutput<typeof AuditLine>;
