import { sendJson, type Exchange } from '../http/exchange.ts';
import { PresentationError, type PresentationErrorCode } from './errors.ts';
import type { VerifierService } from './service.ts';
import type { Transaction, Verifier } from './verifier.ts';

/** The path of the verifier on the Bridge's port. */
export const verifierPath = '/verifier';
const methods: Readonly<Record<string, readonly string[]>> = { request: ['GET', 'POST'], response: ['POST'] };
/** Characters; wallets send about 30. */
const maxWalletNonceLength = 512;

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
		const { url, method, response } = exchange;
		const [, base, endpoint = '', id = '', ...more] = url.pathname.split('/');
		const allowed = methods[endpoint];
		if (`/${base ?? ''}` !== verifierPath || allowed === undefined || more.length > 0) return false;
		const found = service.find(id);
		if (found === undefined) {
			refuse(exchange, 404, 'unknown request');
		} else if (!allowed.includes(method)) {
			response.setHeader('allow', allowed.join(', '));
			refuse(exchange, 405, 'method not allowed');
		} else {
			try {
				if (endpoint === 'request') await sendRequestObject(exchange, id, found.verifier);
				else {
					await found.verifier.receive(id, exchange.body);
					acknowledge(exchange, found.transaction);
				}
			} catch (error) {
				if (!(error instanceof PresentationError)) throw error;
				const status = statuses[error.code] ?? 400;
				if (status === 200) acknowledge(exchange, found.transaction);
				else refuse(exchange, status, error.code);
			}
		}
		return true;
	};
}

/** OpenID4VP, section 5.10. */
async function sendRequestObject(exchange: Exchange, id: string, verifier: Verifier): Promise<void> {
	const walletNonce = new URLSearchParams(exchange.body).get('wallet_nonce') ?? undefined;
	if (walletNonce !== undefined && walletNonce.length > maxWalletNonceLength) {
		refuse(exchange, 400, `wallet_nonce is longer than ${maxWalletNonceLength} characters`);
		return;
	}
	const requestObject = await verifier.requestObject(id, walletNonce);
	exchange.response
		.writeHead(200, { 'content-type': 'application/oauth-authz-req+jwt', 'cache-control': 'no-store' })
		.end(requestObject);
}

/** OpenID4VP, section 8.2. */
function acknowledge(exchange: Exchange, { redirectUri }: Transaction): void {
	sendJson(exchange, 200, redirectUri === undefined ? {} : { redirect_uri: redirectUri });
}

function refuse(exchange: Exchange, status: number, description: string): void {
	sendJson(exchange, status, { error: 'invalid_request', error_description: description });
}
