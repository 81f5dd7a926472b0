import type { BridgeService } from '../bridge/service.ts';
import { redirect, sendHtml, type Exchange } from '../http/exchange.ts';
import { people } from '../people.ts';
import { walletPage } from './page.ts';

/** Long enough for a person to see "checking", too short to be a wait. */
const verifyingMs = 600;

/** The page that represents the phone. Returns false for a path that is not the wallet's. */
export function createWalletRoutes(service: BridgeService, portalUrl: string) {
	return (exchange: Exchange): boolean => {
		const { url, method, body } = exchange;
		if (url.pathname === '/wallet' && method === 'GET') {
			const session = service.find(url.searchParams.get('request') ?? '');
			if (session !== undefined) service.presentation.open(session);
			sendHtml(exchange, session === undefined ? 404 : 200, walletPage(session, portalUrl));
			return true;
		}
		if (method !== 'POST' || (url.pathname !== '/wallet/share' && url.pathname !== '/wallet/decline')) return false;

		const form = new URLSearchParams(body);
		const session = service.find(form.get('request') ?? '');
		const person = people.find(({ id }) => id === form.get('person'));
		if (session !== undefined && url.pathname === '/wallet/decline') service.presentation.decline(session);
		else if (session !== undefined && person !== undefined) service.presentation.share(session, person, verifyingMs);
		redirect(exchange, `/wallet?request=${encodeURIComponent(form.get('request') ?? '')}`);
		return true;
	};
}
