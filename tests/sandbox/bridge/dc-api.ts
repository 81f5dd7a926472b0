import * as v from 'valibot';
import { PresentationError, type PresentationErrorCode } from '../verifier/errors.ts';
import type { VerifierService } from '../verifier/service.ts';
import { BridgeError, type BridgeErrorCode } from './errors.ts';
import type { WalletSession } from './session.ts';

const protocol = 'openid4vp-v1-signed';

/** What the portal sends: the response of the wallet, as the browser returned it. */
export const DcApiBody = v.object({ protocol: v.literal(protocol), data: v.object({ response: v.string() }) });
export type DcApiBody = v.InferOutput<typeof DcApiBody>;

/** `dcApi` of the create response; absent if the verifier made no such request. */
export function dcApiOffer({ transaction }: WalletSession) {
	const request = transaction?.dcRequest;
	return request === undefined ? {} : { dcApi: { requests: [{ protocol, data: { request } }] } };
}

/** Errors of the call. Any other means that the response was received and refused: the status of the session says so. */
const errors: Partial<Record<PresentationErrorCode, BridgeErrorCode>> = {
	response_too_large: 'INVALID_REQUEST_BODY',
	malformed_response: 'INVALID_REQUEST_BODY',
	undecryptable_response: 'INVALID_REQUEST_BODY',
	replayed_response: 'SESSION_ALREADY_ANSWERED',
	request_expired: 'SESSION_NOT_FOUND'
};

/** @throws {BridgeError} unless the session has received the response */
export async function receiveDcApi(
	{ id, transaction }: WalletSession,
	{ data }: DcApiBody,
	verifiers: VerifierService
): Promise<void> {
	const found = transaction && verifiers.find(transaction.id);
	try {
		await found?.verifier.receiveDcApi(found.transaction.id, data.response);
	} catch (error) {
		if (!(error instanceof PresentationError)) throw error;
		const code = errors[error.code];
		// A response that names no verifiable presentation is refused too, after it was decrypted.
		if (code !== undefined && found?.transaction.error !== error) throw new BridgeError(code, id);
	}
}
