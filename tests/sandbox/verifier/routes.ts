import { sendJson, type Exchange } from '../http/exchange.ts';
import { PresentationError, type PresentationErrorCode } from './errors.ts';
import type { VerifierService } from './service.ts';

/** The path of the verifier on the Bridge's port. */
export const verifierPath = '/verifier';

const statuses: Partial<Record<PresentationErrorCode, number>> = {
	// The verifier has understood what the wallet reported.
	access_denied: 200,
	wallet_error: 200,
	response_too_large: 413,
	request_expired: 410
};

/** `request_uri` and `response_uri` for wallets. Returns false for a path that is not the verifier's. */
export function createVerifierRoutes(service: VerifierService) {
	return async (exchange: Exchange): Promise<boolean> => {
		const { url, method, body, response } = exchange;
		const [, base, endpoint, id = '', ...more] = url.pathname.split('/');
		if (`/${base ?? ''}` !== verifierPath || more.length > 0) return false;
		const found = service.find(id);
		if (found === undefined) {
			sendJson(exchange, 404, { error: 'invalid_request', error_description: 'unknown request' });
			return true;
		}
		try {
			if (endpoint === 'request' && (method === 'GET' || method === 'POST')) {
				const walletNonce = new URLSearchParams(body).get('wallet_nonce') ?? undefined;
				const requestObject = await found.verifier.requestObject(id, walletNonce);
				response
					.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt', 'cache-control': 'no-store' })
					.end(requestObject);
				return true;
			}
			if (endpoint !== 'response' || method !== 'POST') return false;
			await found.verifier.receive(id, body);
			sendJson(exchange, 200, {});
		} catch (error) {
			if (!(error instanceof PresentationError)) throw error;
			const status = statuses[error.code] ?? 400;
			sendJson(exchange, status, status === 200 ? {} : { error: 'invalid_request', error_description: error.code });
		}
		return true;
	};
}
