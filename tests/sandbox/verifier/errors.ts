/** Why a response of a wallet is refused: one code per check. */
export type PresentationErrorCode =
	/** The wallet sent an error instead of a presentation; the person declined, or the wallet has no such credential. */
	| 'access_denied'
	| 'wallet_error'
	/** Not a response to this request: malformed, too large, another state, or the second one. */
	| 'malformed_response'
	| 'response_too_large'
	| 'undecryptable_response'
	| 'encryption_required'
	| 'unknown_state'
	| 'replayed_response'
	| 'request_expired'
	/** The credential. */
	| 'untrusted_issuer'
	| 'invalid_signature'
	| 'tampered_disclosure'
	| 'wrong_type'
	| 'missing_claim'
	| 'credential_expired'
	| 'credential_revoked'
	| 'credential_suspended'
	| 'status_unavailable'
	/** The key binding. */
	| 'invalid_key_binding'
	| 'wrong_audience'
	| 'wrong_nonce'
	| 'stale_key_binding'
	| 'wrong_sd_hash';

/** A response that the verifier does not accept. The message is for the log: it names no value of a claim. */
export class PresentationError extends Error {
	readonly code: PresentationErrorCode;

	constructor(code: PresentationErrorCode, detail = '', cause?: unknown) {
		super(detail === '' ? code : `${code}: ${detail}`, { cause });
		this.name = 'PresentationError';
		this.code = code;
	}
}
