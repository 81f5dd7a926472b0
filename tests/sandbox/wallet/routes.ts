import * as v from 'valibot';
import { redirect, sendHtml, type Exchange } from '../http/exchange.ts';
import { personIds } from '../people.ts';
import { parsed } from '../parsed.ts';
import { endingPage, requestPage, type Ending } from './page.ts';
import type { Wallets } from './people.ts';
import { RequestRefused, type PresentationRequest } from './request.ts';
import { walletTexts } from './texts.ts';
import { decline } from './wallet.ts';

const actions = ['/wallet/share', '/wallet/decline'];
const Acknowledgement = v.object({ redirect_uri: v.optional(v.pipe(v.string(), v.url())) });
const PersonId = v.picklist(personIds);

/** A wallet with pages, that represents the phone. Returns false for a path that is not the wallet's. */
export function createWalletRoutes(wallets: Wallets, portalUrl: string) {
	async function respond(
		exchange: Exchange,
		form: URLSearchParams,
		request: PresentationRequest
	): Promise<Ending | URL> {
		const isDeclined = exchange.url.pathname === '/wallet/decline';
		const person = isDeclined ? undefined : v.parse(PersonId, form.get('person'));
		const response = await (person === undefined ? decline(request) : wallets.share(request, person));
		if (!response.ok) return 'refused';
		const { redirect_uri } = await parsed(response, Acknowledgement);
		if (redirect_uri !== undefined) return new URL(redirect_uri);
		return isDeclined ? 'declined' : 'shared';
	}

	return async (exchange: Exchange): Promise<boolean> => {
		const { url, method, body } = exchange;
		const isForm = method === 'POST' && actions.includes(url.pathname);
		if (!isForm && !(method === 'GET' && url.pathname === '/wallet')) return false;

		const texts = walletTexts(exchange.request.headers['accept-language']);
		const parameters = isForm ? new URLSearchParams(body) : url.searchParams;
		const end = (status: number, ending: Ending) => sendHtml(exchange, status, endingPage(texts, ending, portalUrl));
		if (!isForm && url.search === '') {
			end(200, 'about');
			return true;
		}
		try {
			const request = await wallets.open(`openid4vp://?${parameters}`);
			if (!isForm) {
				sendHtml(exchange, 200, requestPage(texts, request, parameters));
				return true;
			}
			const result = await respond(exchange, parameters, request);
			if (result instanceof URL) redirect(exchange, result.href);
			else end(200, result);
		} catch (error) {
			if (error instanceof RequestRefused) end(404, error.status === 400 ? 'answered' : 'expired');
			else end(400, 'untrusted');
		}
		return true;
	};
}
