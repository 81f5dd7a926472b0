import { escapeHtml, page } from '../http/html.ts';
import { people, personLabel } from '../people.ts';
import type { PresentationRequest } from './request.ts';
import type { WalletTexts } from './texts.ts';

/** How a request can end for the person at the wallet. */
export type Ending = 'about' | 'shared' | 'declined' | 'refused' | 'answered' | 'expired' | 'untrusted';

/**
 * Asks whether to share.
 * @param request verified
 * @param parameters of the link, which the form sends back
 */
export function requestPage(texts: WalletTexts, request: PresentationRequest, parameters: URLSearchParams): string {
	const [query] = request.dcql_query.credentials;
	const claims = query.claims.map(({ path: [name] }) => `<li>${escapeHtml(texts.claims[name] ?? name)}</li>`);
	const choices = people.map(
		(person, index) =>
			`<label><input type="radio" name="person" value="${person.id}" required${index === 0 ? ' checked' : ''}> ${escapeHtml(personLabel(person))}</label>`
	);
	const fields = ['client_id', 'request_uri'].map(
		(name) => `<input type="hidden" name="${name}" value="${escapeHtml(parameters.get(name) ?? '')}">`
	);
	return page(
		texts.title,
		`<p>${escapeHtml(texts.asks(new URL(request.response_uri).host))}</p>
<ul>${claims.join('')}</ul>
<form method="post" action="/wallet/share">
${fields.join('\n')}
<fieldset>
<legend>${texts.whose}</legend>
${choices.join('\n')}
</fieldset>
<button type="submit">${texts.share}</button>
<button type="submit" formaction="/wallet/decline" formnovalidate>${texts.decline}</button>
</form>`,
		texts.language
	);
}

export function endingPage(texts: WalletTexts, ending: Ending, portalUrl: string): string {
	const { title, text } = texts.endings[ending];
	return page(
		title,
		`<p>${text}</p>\n<p>${texts.goOn} <a href="${escapeHtml(portalUrl)}/login/wallet">${texts.back}</a>.</p>`,
		texts.language
	);
}
