import type { Exchange } from '../http/exchange.ts';
import type { Scenarios } from '../scenarios.ts';
import type { CredentialIssuer } from './issuer.ts';
import { statusListTtl } from './status-list.ts';

/** The path of the issuer on the Bridge's port. */
export const issuerPath = '/issuer';

/** What verifiers fetch from the issuer. Returns false for a path that is not the issuer's. */
export function createIssuerRoutes(issuer: CredentialIssuer, scenarios: Scenarios) {
	return async ({ method, url, request, response }: Exchange): Promise<boolean> => {
		if (method !== 'GET') return false;
		if (url.pathname === `${issuerPath}/status-list`) {
			if (scenarios.use('status-list-down')) {
				request.socket.destroy();
				return true;
			}
			const token = await issuer.statusList();
			response
				.writeHead(200, { 'content-type': 'application/statuslist+jwt', 'cache-control': `max-age=${statusListTtl}` })
				.end(token);
			return true;
		}
		if (url.pathname === `${issuerPath}/ca.pem`) {
			const certificate = await issuer.certificate();
			response
				.writeHead(200, { 'content-type': 'application/x-pem-file', 'cache-control': 'no-store' })
				.end(certificate);
			return true;
		}
		return false;
	};
}
